package frontend

import "testing"

// The line of a tunnel tells the live numbers of its end, as HAProxy's, where the backend and the server have one stream less.
func TestTunnelGauges(t *testing.T) {
	const numbers = "%[be_conn(l)]/%[srv_conn(l/s)]/%[fe_conn]/%[nbsrv] %[str(x)]"
	f := func(mode, send, answer string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newCfgProxy(t, "global\n  nbthread 1\ndefaults\n  mode "+mode+"\n  timeout client 99s\n  timeout connect 99s\n  timeout server 99s\nlisten l\n  bind 127.0.0.1:1\n"+
			"  log stdout format raw local0\n  log-format \"line "+numbers+"\"\n  server s "+o.addr()+"\n")
		p := dialPeer(t, px.addr("l", 0))
		p.send(send)
		s := o.accept()
		s.expect(send[:3])
		s.send(answer)
		p.expect(answer[:3])
		s.Close()
		p.Close()
		if got := px.logLine("line "); got != "line 0/0/1/1 x\n" {
			t.Errorf("%s: %q", mode, got)
		}
		px.balanced()
	}
	f("tcp", "ask", "answer")
	f("http", "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
}

package frontend

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	programs "weir/internal/peer"
	"weir/internal/testpki"
)

// TestTLSChecks: health checks speak TLS as the streams do, and trust as little.
func TestTLSChecks(t *testing.T) {
	b := newTLSBench(t, nil)
	start := func(cert tls.Certificate) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	good := start(b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}}))
	strange := start(testpki.NewCA(t, "Other").Pair(t, testpki.Leaf{Names: []string{"a.example.com"}}))
	server := func(name, addr, more string) string {
		return fmt.Sprintf("server %q {\n address = %q\n ca_file = %q\n verifyhost = \"a.example.com\"\n rise = 1\n fall = 1\n inter = \"100ms\"\n check = true\n %s }\n", name, addr, b.dir+"/ca.pem", more)
	}
	px := newTestProxy(t, `
backend "tcp" {
`+server("good", good, "ssl = true")+server("strange", strange, "ssl = true")+server("plain", b.originAddr(), "ssl = true")+
		server("noncheck", strange, "ssl = true\n no_check_ssl = true")+server("only", good, "check_ssl = true")+`
}
backend "http" {
  option { httpchk = true }
`+server("good", good, "ssl = true")+server("strange", strange, "ssl = true")+server("only", good, "check_ssl = true\n check_sni = \"a.example.com\"")+`
}
frontend "f" {
  bind "127.0.0.1:1" {}
  default_backend = "http"
}`)
	want := map[string]string{
		"tcp/good": "UP L6OK", "tcp/strange": "DOWN L6RSP", "tcp/plain": "DOWN L6RSP", "tcp/noncheck": "UP L4OK", "tcp/only": "UP L6OK",
		"http/good": "UP L7OK", "http/strange": "DOWN L6RSP", "http/only": "UP L7OK",
	}
	eventually(t, "every server is what its checks say", func() error {
		for _, be := range px.Backends() {
			for _, row := range be.Snapshot(nil) {
				w := want[row.Proxy+"/"+row.Name]
				if got := row.Status + " " + strings.TrimPrefix(row.CheckStatus, "* "); w != "" && got != w {
					return fmt.Errorf("%s/%s is %q; want %q", row.Proxy, row.Name, got, w)
				}
			}
		}
		return nil
	})
}

// TestCheckSNIAuto: health checks ask for the host of their request, unless a name is given.
func TestCheckSNIAuto(t *testing.T) {
	b := newTLSBench(t, nil)
	asked := make(chan string, 1000)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	cert := b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		select {
		case asked <- h.ServerName:
		default:
		}
		return nil, nil
	}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	f := func(server, rules, want string) {
		t.Helper()
		for len(asked) > 0 {
			<-asked
		}
		px := newCfgProxy(t, `frontend f
    bind 127.0.0.1:1
    default_backend b
backend b
    option httpchk
`+rules+`    server s `+s.Listener.Addr().String()+` check inter 20ms ssl verify none `+server+"\n")
		defer px.Close()
		eventually(t, "a check", func() error {
			select {
			case got := <-asked:
				if got != want { // it may be one of the proxy before, which comes late
					return fmt.Errorf("%s %s: asked for %q; want %q", server, rules, got, want)
				}
				return nil
			default:
				return errors.New("none yet")
			}
		})
	}
	f("", "    http-check send hdr Host a.example.com\n", "")
	f("check-sni-auto", "    http-check send hdr Host a.example.com\n", "a.example.com")
	f("check-sni-auto", "    http-check send hdr host a.example.com:8443\n", "a.example.com")
	f("check-sni-auto check-sni b.example.com", "    http-check send hdr Host a.example.com\n", "b.example.com")
	f("check-sni-auto no-check-sni-auto", "    http-check send hdr Host a.example.com\n", "")
	f("check-sni-auto", "    http-check connect default\n    http-check send hdr Host a.example.com\n", "a.example.com")
	f("check-sni-auto", "", "")
}

// TestTLSKeyUpdate: a client that wants new keys in the midst of a session gets them (RFC 8446, 4.6.3).
func TestTLSKeyUpdate(t *testing.T) {
	openssl := programs.Need(t, "openssl")
	b := newTLSBench(t, nil)
	px := b.site(t)
	cmd := exec.Command(openssl, "s_client", "-connect", px.addr("web", 0), "-CAfile", b.dir+"/ca.pem", "-servername", "www.example.com", "-tls1_3")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := &syncBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	answers := func(n int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d answers", n), func() error {
			if got := strings.Count(out.String(), "HTTP/1.1 200 OK"); got != n {
				return fmt.Errorf("%d in %s", got, out.String())
			}
			return nil
		})
	}
	const request = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
	io.WriteString(in, request)
	answers(1)
	for i := range 3 {
		io.WriteString(in, "K\n") // new keys for both directions
		eventually(t, "a key update", func() error {
			if strings.Count(out.String(), "KEYUPDATE") < i+1 {
				return fmt.Errorf("%s", out.String())
			}
			return nil
		})
		io.WriteString(in, request)
		answers(i + 2)
	}
}

// TestTLSKilled: a client that goes in the midst of its handshake, and a proxy that is closed meanwhile, leave nothing behind.
func TestTLSKilled(t *testing.T) {
	b := newTLSBench(t, nil)
	px := b.site(t)
	hello := clientHello(t)
	for cut := 0; cut <= len(hello); cut += len(hello) / 7 {
		c, err := net.Dial("tcp", px.addr("web", 0))
		if err != nil {
			t.Fatal(err)
		}
		c.Write(hello[:cut])
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	px.balanced()
	for range 3 {
		c, err := net.Dial("tcp", px.addr("web", 0))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write(hello)
	}
	eventually(t, "the handshakes have begun", func() error {
		if n := px.conns.Load(); n != 3 {
			return fmt.Errorf("%d connections", n)
		}
		return nil
	})
	px.Close()
	if n := px.conns.Load(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

// clientHello is the first thing that a client says.
func clientHello(t *testing.T) []byte {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	go tls.Client(b, &tls.Config{ServerName: "www.example.com"}).Handshake()
	buf := make([]byte, 4096)
	a.SetDeadline(time.Now().Add(waitTime))
	n, err := a.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

// TestExplainTLS: a request to a bind line with ssl is explained over a handshake of its own; one without TLS is not let in.
func TestExplainTLS(t *testing.T) {
	b := newTLSBench(t, nil)
	px := buildTestProxy(t, testHead+fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  http_request "deny" { when = !ssl_fc() || ssl_fc_sni() != "www.example.com" }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	q := &Question{Frontend: "web", Bind: px.frontend("web").p.Binds[0], Talk: func(c net.Conn) ([]byte, error) {
		y := tls.Client(c, &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true})
		return Converse(y, []byte("GET / HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"))
	}}
	o, err := px.Explain(t.Context(), q)
	if err != nil || o.Server != "s1" || o.Certificate != b.dir+"/site.pem" {
		t.Fatalf("%+v, %v", o, err)
	}
	q.Talk, q.Bytes = nil, []byte("GET / HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n")
	if o, err = px.Explain(t.Context(), q); err != nil || o.Server != "" || o.Certificate != "" {
		t.Fatalf("without TLS: %+v, %v", o, err)
	}
}

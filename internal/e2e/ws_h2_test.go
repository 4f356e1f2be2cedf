package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"weir/internal/peer"
)

const wsH2Conf = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend f
  bind 127.0.0.1:{{port}} ssl crt {{dir}}/site.pem alpn h2,http/1.1
  http-request set-header X-Via "%[req.ver] %[ssl_fc_protocol]"
  default_backend b
backend b
  server s {{origin}}
`

// wsH2Page opens sockets where it came from, sends text and bytes on each, and tells what came back and who closed.
const wsH2Page = `<!doctype html><title>h2</title><pre id="out">working</pre><img src="/hold" alt=""><script>
function one(n) {
  return new Promise(resolve => {
    const ws = new WebSocket('wss://' + location.host + '/ws?n=' + n)
    ws.binaryType = 'arraybuffer'
    const said = []
    ws.onmessage = e => {
      said.push(typeof e.data === 'string' ? e.data : 'bytes ' + e.data.byteLength)
      if (said.length === 1) ws.send('text ' + n)
      else if (said.length === 2) ws.send(new Uint8Array(100000))
      else if (n % 2) ws.close(4000 + n)
      else ws.send('close me')
    }
    ws.onerror = () => said.push('error')
    ws.onclose = e => resolve(said.join(', ') + ', ' + e.code + ' clean=' + e.wasClean)
  })
}
(async () => {
  const jobs = []
  for (let n = 0; n < 8; n++) jobs.push(one(n))
  document.getElementById('out').textContent = (await Promise.all(jobs)).join('\n')
  await fetch('/report', { method: 'POST', body: 'done' })
})()
</script>`

// wsH2Origin is a page and a WebSocket server, which tells what it is told of the client's connection.
func wsH2Origin() http.Handler {
	reported := make(chan struct{})
	var once sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, wsH2Page)
	})
	mux.HandleFunc("/report", func(http.ResponseWriter, *http.Request) { once.Do(func() { close(reported) }) })
	mux.HandleFunc("/hold", func(_ http.ResponseWriter, r *http.Request) { // the page's load event, and the dump of its DOM, wait for it
		select {
		case <-reported:
		case <-r.Context().Done():
		case <-time.After(patience):
		}
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(1 << 20)
		ctx, cancel := context.WithTimeout(r.Context(), 2*patience)
		defer cancel()
		err = c.Write(ctx, websocket.MessageText, []byte("via "+r.Header.Get("X-Via")))
		for err == nil {
			var kind websocket.MessageType
			var data []byte
			if kind, data, err = c.Read(ctx); err != nil {
				return
			}
			if string(data) == "close me" {
				c.Close(4321, "as asked")
				return
			}
			err = c.Write(ctx, kind, data)
		}
	})
	return mux
}

// TestWebSocketHTTP2 has a browser open WebSockets over HTTP/2 and TLS (RFC 8441): it does so by itself where its connection lets it.
func TestWebSocketHTTP2(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a browser takes a while")
	}
	t.Parallel()
	chromium := peer.Need(t, "chromium")
	l := newTLSLab(t)
	origin := httptest.NewServer(wsH2Origin())
	defer origin.Close()
	addr, _ := l.start(t, "weir", strings.ReplaceAll(wsH2Conf, "{{origin}}", origin.Listener.Addr().String()))
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	_, port, _ := strings.Cut(addr, ":")
	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+shortDir(t), "--ignore-certificate-errors-spki-list="+l.spki(t, "site.pem"),
		"--host-resolver-rules=MAP www.example.com 127.0.0.1", "--dump-dom", "https://www.example.com:"+port+"/page")
	cmd.WaitDelay = patience // its helpers may hold the pipes
	var dom, noise bytes.Buffer
	cmd.Stdout, cmd.Stderr = &dom, &noise
	if err := cmd.Run(); err != nil && dom.Len() == 0 {
		t.Fatalf("chromium: %v\n%s", err, clipText(noise.String()))
	}
	_, out, _ := strings.Cut(dom.String(), `<pre id="out">`)
	out, _, _ = strings.Cut(out, "</pre>")
	var want []string
	for n := range 8 {
		code := 4321
		if n%2 == 1 {
			code = 4000 + n
		}
		want = append(want, fmt.Sprintf("via 2.0 TLSv1.3, text %d, bytes 100000, %d clean=true", n, code))
	}
	if w := strings.Join(want, "\n"); out != w {
		t.Fatalf("got\n%s\nwant\n%s\n%s", out, w, clipText(noise.String()))
	}
}

// spki is what Chromium knows a certificate by that it is to trust.
func (l *tlsLab) spki(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(l.dir + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(b)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

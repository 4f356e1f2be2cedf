package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// answerLimit is how long we look for an answer where none is known to come; a case that nobody answers costs as much.
	answerLimit = 1500 * time.Millisecond
	// sendLimit is how long a proxy may leave us with what we send.
	sendLimit = 4 * answerLimit
	// settle is how long we look for more once an answer has come.
	settle = 40 * time.Millisecond
)

// arena is one proxy between us and a dumper.
type arena struct {
	p    *proc
	d    *dumper
	port int
}

// The proxies' configurations: one frontend, one server, a denied path and a redirected one.
var arenaConf = map[string]string{
	"weir": preludeWeir + `frontend "f" {
  bind "127.0.0.1:${port.f}" {}
  http_request "deny" {
    when = starts_with(path(), "/deny")
  }
  http_request "redirect" {
    location = "/elsewhere"
    when     = starts_with(path(), "/redirect")
  }
  http_request "auth" {
    realm = "x"
    when  = starts_with(path(), "/auth")
  }
  http_request "return" {
    status       = 200
    content_type = "text/plain"
    string       = "ready"
    when         = starts_with(path(), "/return")
  }
  default_backend = "b"
}
backend "b" {
  server "s1" {
    address = "127.0.0.1:${port.s1}"
  }
}
`,
	"haproxy": preludeHAProxy + `frontend f
  bind 127.0.0.1:${port.f}
  http-request deny if { path_beg /deny }
  http-request redirect location /elsewhere if { path_beg /redirect }
  http-request auth realm x if { path_beg /auth }
  http-request return status 200 content-type text/plain string ready if { path_beg /return }
  default_backend b
backend b
  server s1 127.0.0.1:${port.s1}
`,
	"nginx": `daemon off; master_process off; worker_processes 1; pid ${dir}/nginx.pid; error_log stderr;
events { worker_connections 500; }
http {
  access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream u { server 127.0.0.1:${port.s1}; keepalive 16; }
  proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $host;
  proxy_request_buffering off; proxy_buffering off;
  server { listen 127.0.0.1:${port.f};
    location / { proxy_pass http://u; }
    location /deny { return 403; }
    location /redirect { return 302 /elsewhere; }
    location /auth { return 401; }
    location /return { return 200 ready; } }
}
`,
}

// newArena starts one kind of proxy in an empty directory.
func newArena(kind, dir string) (*arena, error) {
	at := newPlaces(dir, "x")
	d, err := newDumper(fmt.Sprintf("127.0.0.1:%d", at.port("s1")))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, map[string]string{"weir": "weir.hcl", "haproxy": "haproxy.cfg", "nginx": "nginx.conf"}[kind])
	if err := os.WriteFile(path, []byte(at.expand(arenaConf[kind])), 0o644); err != nil {
		return nil, err
	}
	p, err := startProc(kind, path)
	if err != nil {
		return nil, err
	}
	return &arena{p: p, d: d, port: at.port("f")}, p.ready([]int{at.port("f")}, nil)
}

func (ar *arena) close() error {
	err := ar.p.kill()
	return errors.Join(err, ar.d.end(), ar.d.l.Close())
}

// attack sends one case through the proxy. recorded is what is known to come of it, which is waited for with patience; "" = nothing is known.
func (ar *arena) attack(a *attack, recorded string) (*outcome, error) {
	o := ar.d.begin(a)
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ar.port))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for i, s := range a.sends {
		if s == "" || i > 0 && a.sends[i-1] == "" {
			time.Sleep(settle) // the case's pause
		}
		c.SetWriteDeadline(time.Now().Add(sendLimit))
		if _, err := c.Write([]byte(s)); err != nil {
			break // the proxy has seen enough
		}
	}
	method, _, _ := strings.Cut(strings.Join(a.sends, ""), " ")
	got, closed := readAnswer(c, method, a.want == "reject", statusesOf(recorded))
	statuses, _ := responses(got, method)
	var after string
	if a.class == 8 {
		after = ar.after(c, closed)
	}
	c.Close()
	if err := ar.d.end(); err != nil {
		return nil, err
	}
	o.statuses, o.closed, o.after = statuses, closed, after
	return o, nil
}

// statusesOf takes the statuses off what an outcome says; "" = it tells of none.
func statusesOf(outcome string) string {
	head, _, _ := strings.Cut(outcome, ";")
	head, _, _ = strings.Cut(head, ",")
	if head == "no answer" {
		return ""
	}
	return head
}

// readAnswer reads until the proxy closes or, unless it has to, until it falls silent after a final response and the
// statuses that are known to come.
func readAnswer(c net.Conn, method string, mustClose bool, known string) (got []byte, closed bool) {
	start := time.Now()
	buf := make([]byte, 64<<10)
	for {
		limit := start.Add(answerLimit)
		statuses, final := responses(got, method)
		switch {
		case known != "" && (mustClose || strings.Join(statuses, " ") != known):
			limit = start.Add(patience)
		case final && !mustClose:
			limit = time.Now().Add(settle)
		}
		c.SetReadDeadline(limit)
		n, err := c.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return got, !errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
}

// responses takes the statuses off a client's received bytes; final tells whether one of them ends an exchange.
func responses(got []byte, method string) (statuses []string, final bool) {
	br := bufio.NewReader(bytes.NewReader(got))
	interim := 0
	for {
		m, err := readHead(br)
		if err != nil || !strings.HasPrefix(m.start, "HTTP/") {
			break
		}
		status := m.word(1)
		if len(status) == 3 && status[0] == '1' && status != "101" {
			if interim++; interim <= 2 {
				statuses = append(statuses, status)
			}
			continue
		}
		statuses = append(statuses, status)
		final = true
		if status == "101" || method == "CONNECT" && status[0] == '2' {
			break
		}
		if m.readBody(br, true, method == "HEAD") != nil {
			statuses[len(statuses)-1] += " cut"
			break
		}
	}
	if interim > 2 {
		statuses = append([]string{"1xx..."}, statuses[2:]...)
	}
	return statuses, final
}

// after asks for /after, on the client connection if that is still open, and tells whether the answer is the origin's own.
func (ar *arena) after(c net.Conn, closed bool) string {
	if closed {
		fresh, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ar.port))
		if err != nil {
			return "refused"
		}
		defer fresh.Close()
		c = fresh
	}
	limit := answerLimit // a connection whose exchange was spoilt may be left open without another word
	if closed {
		limit = patience
	}
	c.SetDeadline(time.Now().Add(limit))
	fmt.Fprintf(c, "GET /after HTTP/1.1\r\nHost: a\r\n\r\n")
	br := bufio.NewReader(c)
	m, err := readHead(br)
	if err == nil {
		err = m.readBody(br, true, false)
	}
	switch {
	case err != nil && !closed:
		// An ordinary end of a connection whose exchange was spoilt: the next client must be well.
		return ar.after(c, true)
	case err != nil:
		return "none"
	case m.word(1) != "200" || string(m.body) != "ok":
		return fmt.Sprintf("poisoned: %s %q", m.word(1), clip(m.body))
	}
	return "clean"
}

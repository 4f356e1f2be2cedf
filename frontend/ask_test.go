package frontend

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"weir/acl"
	"weir/internal/logfmt"
)

// askConf has what the fetches ask for; the response tells it in fields.
const askConf = `
global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  log global
  timeout client 31s
  timeout connect 32s
  timeout server 33s
  timeout tunnel 34s
  timeout queue 35s
  timeout tarpit 36s
frontend f
  bind 127.0.0.1:1
  unique-id-format %%[req.hdr(host)]-u
  log-format "%%[last_rule_file] %%[last_rule_line] %%[last_entity] %%[waiting_entity] %%[txn.sess_term_state] %%[txn.status] %%[cpu_calls] %%[fs.aborted] %%[bc_err_name] end %%[bc_dst] %%[bc_dst_port] %%[bc_src] %%[bc_reused] %%[bc_rtt(us)]"
  http-request deny if { path /deny }
  http-request wait-for-body time 30s if { path /wait }
  http-request set-timeout server 7s if { path /set }
  http-request set-priority-class int(3)
  http-request set-header X-Q "%%[fe_client_timeout] %%[cur_client_timeout] %%[fe_tarpit_timeout] %%[cur_tarpit_timeout] %%[fe_defbe] %%[fc_http_major] %%[fc_nb_streams] %%[fc_err] %%[fc_rcvd_proxy] %%[prio_class] %%[unique-id] %%[fs.id] %%[req.bytes_in] %%[internal.strm.is_htx]"
  default_backend b
backend b
  retries 4
  http-request set-header X-B "%%[be_server_timeout] %%[cur_server_timeout] %%[be_connect_timeout] %%[be_queue_timeout] %%[be_tunnel_timeout] %%[be_tarpit_timeout] %%[be_max_retries] %%[cur_max_retries]"
  http-response set-header X-R "%%[bc_dst] %%[bc_dst_port] %%[bc_src] %%[bc_reused] %%[bc_http_major] %%[server_status] %%[txn.status] %%[res.bytes_in] %%[req.bytes_out] %%[bc_err] %%[txn.conn_retries] %%[txn.redispatched] %%[last_rule_line,add(0)]end"
  http-response set-header X-T "%%[req.timer.queue] %%[bc.timer.connect] %%[res.timer.hdr] %%[fc.timer.handshake]"
  http-response set-header X-K "%%[fc_rtt(us)] %%[bc_rtt(us)] %%[fc_reordering]"
  http-response set-header X-L "%%[cpu_usage_thr] %%[cpu_usage_proc] %%[cpu_ns_tot] %%[lat_ns_tot] %%[cpu_calls]"
  server s %s
`

func TestAsk(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(askConf, o.addr()))
	c := dialPeer(t, px.addr("f", 0))
	const request = "GET /set HTTP/1.1\r\nHost: h\r\n\r\n"
	c.send(request)
	s := o.accept()
	head := s.head()
	has := func(what, in, want string) {
		t.Helper()
		if !strings.Contains(strings.ToLower(in), strings.ToLower(want)) {
			t.Errorf("%s: %q lacks %q", what, in, want)
		}
	}
	has("the request", head, fmt.Sprintf("x-q: 31000 31000 36000 36000 b 1 1 0 0 3 h-u 0 %d 1\r\n", len(request)))
	has("the request", head, "x-b: 33000 7000 32000 35000 34000 36000 4 4\r\n")
	const response = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
	s.send(response)
	resp, _ := c.response("GET")
	host, port, _ := strings.Cut(o.addr(), ":")
	has("the response", resp.Header.Get("X-R"), fmt.Sprintf("%s %s 127.0.0.1 0 1 201 201 %d %d 0 0 0 end", host, port, len(response), len(head)))
	for _, name := range []string{"X-T", "X-K", "X-L"} {
		for _, word := range strings.Fields(resp.Header.Get(name)) {
			if n, err := strconv.Atoi(word); err != nil || n < 0 {
				t.Errorf("%s: %q", name, resp.Header.Get(name))
			}
		}
	}
	k, l := strings.Fields(resp.Header.Get("X-K")), strings.Fields(resp.Header.Get("X-L"))
	if len(k) != 3 || k[0] == "0" || k[1] == "0" || k[2] == "0" {
		t.Errorf("the kernel's numbers: %q", k)
	}
	if len(l) != 5 || l[2] == "0" || l[4] == "0" {
		t.Errorf("the task's numbers: %q", l)
	}
	f := strings.Fields(px.logLine(" end "))
	if len(f) != 15 || f[4] != "--" || f[5] != "201" || f[10] != host || f[11] != port || f[12] != "127.0.0.1" || f[13] != "0" || f[14] == "-" {
		t.Errorf("the log has %q", f)
	}
}

// The log tells which rule had the last word, and which one was waiting.
func TestAskRules(t *testing.T) {
	t.Parallel()
	px := newCfgProxy(t, fmt.Sprintf(askConf, "127.0.0.1:1"))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET /deny HTTP/1.1\r\nHost: h\r\n\r\n")
	c.status(403)
	px.logLine("test.cfg 18 test.cfg:18 - PR 403 ")
	w := dialPeer(t, px.addr("f", 0))
	w.send("POST /wait HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
	w.Close()
	px.logLine("- - - test.cfg:19 CR -1 ")
	r := dialPeer(t, px.addr("f", 0))
	r.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	r.status(503)
	px.logLine(" SC 503 ")
	px.logLine(" EREFUSED end ")
}

// The rules of a connection have no stream yet; what they ask for must be there or missing all the same.
func TestAskConnection(t *testing.T) {
	px := newCfgProxy(t, `
global
  nbthread 1
defaults
  mode http
  timeout client 30s
  timeout connect 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:1
  tcp-request connection set-var(sess.a) fc_err
  tcp-request connection set-var(sess.b) accept_date(us)
  tcp-request session set-var(sess.c) fs.id
  tcp-request session set-var(sess.d) fc.timer.total
  tcp-request connection set-var(sess.e) fc_src_is_local
  tcp-request connection set-var(sess.g) last_entity
  tcp-request connection set-var(sess.h) unique-id
  tcp-request connection set-var(sess.i) cpu_calls
  http-request return status 200 hdr X-C "%[var(sess.a)] %[var(sess.b)] %[var(sess.c)] %[var(sess.d)] %[var(sess.e)] %[var(sess.g)] %[var(sess.h)] %[var(sess.i)]" hdr X-D %[accept_date(us)]
`)
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	resp := c.status(200)
	f := strings.Split(resp.Header.Get("X-C"), " ")
	if len(f) != 8 || f[0] != "0" || f[2] != "0" || f[4] != "1" || f[5] != "" || f[6] != "" || f[7] != "0" {
		t.Fatalf("got %q", f)
	}
	first, err1 := strconv.ParseInt(f[1], 10, 64)
	then, err2 := strconv.ParseInt(resp.Header.Get("X-D"), 10, 64)
	if d := then - first; err1 != nil || err2 != nil || d < -1e6 || d > 1e6 { // the clock is read once per turn
		t.Errorf("accepted at %q, and at %q for the request", f[1], resp.Header.Get("X-D"))
	}
}

// Every number is answered in every state of a stream, without falling over.
func TestAskAnything(t *testing.T) {
	px := newCfgProxy(t, fmt.Sprintf(askConf, "127.0.0.1:1"))
	px.onLoop(func(w *worker) {
		fe := px.frontend("f")
		st := w.getStream(&session{w: w, fe: fe, ln: fe.listeners[0]})
		for range 2 {
			for n := acl.TimeIdle; n <= acl.CacheHit; n++ {
				st.Num(n)
			}
			for x := acl.TermState; x <= acl.DefaultBackend; x++ {
				st.Text(x, nil)
			}
			st.ProxyTLV(0x22)
			st.ServerEnds()
			st.rec.start(st)
		}
		st.rec.reset()
		w.putStream(st)
	})
}

// The line of a tunnel is written when it is over: what has come of it by then counts.
func TestAskTunnel(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, `
global
  nbthread 1
  log stdout format raw local0
listen f
  mode tcp
  log global
  timeout client 30s
  timeout connect 30s
  timeout server 30s
  bind 127.0.0.1:1
  log-format "%[bytes_in] %[bytes_out] %[txn.sess_term_state] %[bc_dst_port] %[fc.timer.total,add(0),mul(0)] %[src] end"
  server s `+o.addr()+`
`)
	c := dialPeer(t, px.addr("f", 0))
	c.send("hello")
	s := o.accept()
	s.expect("hello")
	s.send("hi")
	c.expect("hi")
	s.Close()
	c.closed()
	c.Close()
	_, port, _ := strings.Cut(o.addr(), ":")
	px.logLine("5 2 -- " + port + " 0 127.0.0.1 end")
}

// The parts of a stream's time add up to the whole (HAProxy manual, 8.4).
func TestTimes(t *testing.T) {
	const msec = 1e6
	at := func(ms int64) int64 { return 1e9 + ms*msec }
	r := record{told: &told{date: 1000, began: at(0), hands: 5 * msec, first: at(8)}, received: at(10), slot: at(13), conn: at(17), resp: at(22)}
	var lr logfmt.Record
	f := func(name string, want int64) {
		t.Helper()
		if got, ok := logfmt.LookupAlias(name).Number(&lr); !ok || got != want {
			t.Errorf("%s = %d; want %d", name, got, want)
		}
	}
	lr.HTTP = true
	r.times(&lr, at(30))
	for name, want := range map[string]int64{"Th": 5, "Ti": 3, "TR": 2, "Tq": 10, "Tw": 3, "Tc": 4, "Tr": 5, "Td": 8, "Ta": 22, "Tt": 30, "Tu": 27} {
		f(name, want)
	}
	if lr.Date != 1008 || lr.Start != 1000 {
		t.Errorf("accepted at %d, requested at %d", lr.Start, lr.Date)
	}
	r = record{told: &told{tcp: true, began: at(0), hands: 5 * msec, first: at(0)}, received: at(0), slot: at(7), conn: at(9)}
	lr = logfmt.Record{}
	r.times(&lr, at(20))
	for name, want := range map[string]int64{"Th": 5, "Tw": 2, "Tc": 2, "Td": 11, "Tt": 20} {
		f(name, want)
	}
}

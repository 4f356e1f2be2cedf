package frontend

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// passwordConf asks userlists in every kind of place. The hashes are of "quick", and of "slow", which takes a good while.
const passwordConf = `
global
  nbthread 1
userlist u
  group g
  user quick password $2b$04$abcdefghijklmnopqrstuubbTVZb.bvjr9opKDghR3WgpINbKk9mu groups g
  user slow password $2b$13$abcdefghijklmnopqrstuu5JUOTyyWoQ7tkBQZzdAOCFNIXtEznci
  user plain insecure-password text
defaults
  mode http
  timeout client 30s
  timeout connect 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:1
  http-request return status 200 if { path /free }
  http-request auth realm here if { path /ask } !{ http_auth(u) }
  http-request return status 200 hdr X-Group g if { path /group } { http_auth_group(u) g }
  http-request return status 200 hdr X-User %[http_auth_group(u)] if { path /value }
  use_backend b2 if { http_auth(u) }
  default_backend b1
backend b1
  http-request return status 403
backend b2
  http-request return status 204
`

func basicAuth(userpass string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(userpass)) + "\r\n"
}

func getWith(path, fields string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", path, fields)
}

func TestPasswords(t *testing.T) {
	px := newCfgProxy(t, passwordConf)
	c := dialPeer(t, px.addr("f", 0))
	f := func(path, login string, status int) string {
		t.Helper()
		fields := ""
		if login != "" {
			fields = basicAuth(login)
		}
		c.send(getWith(path, fields))
		resp := c.status(status)
		return resp.Header.Get("WWW-Authenticate") + resp.Header.Get("X-User") + resp.Header.Get("X-Group")
	}
	for range 2 { // found out, and remembered
		f("/free", "quick:wrong", 200)
		if got := f("/ask", "", 401); got != `Basic realm="here"` {
			t.Errorf("challenge %q", got)
		}
		f("/ask", "quick:wrong", 401)
		f("/ask", "nobody:quick", 401)
		f("/ask", "quick:quick", 204)
		f("/ask", "plain:text", 204)
		f("/", "quick:wrong", 403)
		f("/", "quick:quick", 204)
		f("/group", "quick:quick", 200)
		f("/group", "plain:text", 204)
		f("/value", "", 200)
		for login, want := range map[string]string{"quick:quick": "quick", "quick:no": "", "plain:text": "plain"} {
			if got := f("/value", login, 200); got != want {
				t.Errorf("%s: user %q; want %q", login, got, want)
			}
		}
	}
}

// While a password is checked, others on the same loop are served.
func TestPasswordHoldsUpNobody(t *testing.T) {
	text := passwordConf
	if debugged { // hashing is ten times slower, and nothing is learned from the order
		text = strings.Replace(text, "$2b$13$abcdefghijklmnopqrstuu5JUOTyyWoQ7tkBQZzdAOCFNIXtEznci", "$2b$08$abcdefghijklmnopqrstuuDhTyj/ncqnLTTRGGvUpBz0U8HJJSJ8u", 1)
	}
	px := newCfgProxy(t, text)
	slow, other := dialPeer(t, px.addr("f", 0)), dialPeer(t, px.addr("f", 0))
	slow.send(getWith("/ask", basicAuth("slow:slow")))
	eventually(t, "the request has come", func() (err error) {
		px.onLoop(func(w *worker) {
			if w.reqs == 0 {
				err = fmt.Errorf("no request")
			}
		})
		return err
	})
	answered := make(chan struct{})
	go func() {
		slow.r.Peek(1)
		close(answered)
	}()
	other.send(getWith("/free", ""))
	other.status(200)
	select {
	case <-answered:
		if !debugged {
			t.Error("the slow one was faster")
		}
	default:
	}
	<-answered
	slow.status(204)
	px.balanced2(slow, other)
}

// balanced2 is balanced after these have gone.
func (px *testProxy) balanced2(all ...*peer) {
	px.t.Helper()
	for _, p := range all {
		p.Close()
	}
	px.balanced()
}

// Where nobody waits, a userlist cannot be asked for a value.
func TestPasswordRefused(t *testing.T) {
	cfg := parseCfg(t, strings.Replace(passwordConf, "default_backend b1", "option forwarded host-expr http_auth_group(u)", 1))
	if _, err := New(cfg, Options{}); err == nil || !strings.Contains(err.Error(), `frontend "f": option forwarded: "http_auth here" is understood but not done yet`) {
		t.Errorf("got %v", err)
	}
}

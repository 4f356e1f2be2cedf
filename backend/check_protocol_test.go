package backend

import (
	"encoding/binary"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/loop"
)

func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

const (
	mysqlHello = "\x0a5.7.1\x00\x07\x00\x00\x00saltsalt\x00"
	spopAnswer = "\x65\x00\x00\x00\x01\x00\x00\x07version\x08\x032.0\x0emax-frame-size\x03\xfc\xf0\x06\x0ccapabilities\x08\x00"
)

// judged is what a function says of an answer that comes byte by byte.
func judged(judge func([]byte) (checkResult, bool), answer string) string {
	for n := 1; n <= len(answer); n++ {
		if r, sure := judge([]byte(answer[:n])); sure {
			return tell(r)
		}
	}
	return "unsure"
}

func TestJudges(t *testing.T) {
	f := func(judge func([]byte) (checkResult, bool), answer, want string) {
		t.Helper()
		if got := judged(judge, answer); got != want {
			t.Errorf("%q: got %q; want %q", answer, got, want)
		}
	}
	f(judgeRedis, "+PONG\r\n", "L7OK 0 Redis server is ok")
	f(judgeRedis, "+PO", "unsure")
	f(judgeRedis, "-NOAUTH who are you\r\n", "L7STS 0 -NOAUTH who are you")
	f(judgeSMTP, "220 hi there\r\n", "L7OK 220 hi there")
	f(judgeSMTP, "250-foo\r\n250 bar\r\n", "L7OK 250 bar")
	f(judgeSMTP, "250-foo\r\n", "unsure")
	f(judgeSMTP, "554 no\r\n", "L7STS 554 no")
	f(judgeSMTP, "hello\r\n", "L7RSP -1 hello")
	f(judgeSMTP, "\r\n", "L7RSP -1 ")
	f(judgePgSQL, "R\x00\x00\x00\x08\x00\x00\x00\x00", "L7OK 0 PostgreSQL server is ok")
	f(judgePgSQL, "E\x00\x00\x00\x10SFATAL\x00Cxxxx\x00\x00", "L7RSP -1 FATAL")
	f(judgePgSQL, "E\x00\x00\x00\x10SFATAL", "unsure")
	f(judgePgSQL, "Xgarbage", "L7STS 0 PostgreSQL unknown error")
	f(judgeLDAP, "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00", "L7OK 0 Success")
	f(judgeLDAP, "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00", "L7OK 0 Success") // as Active Directory writes lengths
	f(judgeLDAP, "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00", "L7STS 49 the bind was refused (RFC 4511, 4.1.9)")
	f(judgeLDAP, "garbage", "L7RSP -1 Not LDAPv3 protocol")
	f(judgeLDAP, "\x30\x03\x02\x01\x01", "L7RSP -1 Not LDAPv3 protocol")
	f(judgeLDAP, "\x30\x84\xff\xff\xff\xff\x02", "unsure")
	f(judgeMySQL, mysqlPacket(0, mysqlHello), "L7OK 0 5.7.1")
	f(judgeMySQL, mysqlPacket(0, "\xff\x15\x04denied"), "L7STS 1045 denied")
	f(judgeMySQL, mysqlPacket(0, "\x0a"), "L7RSP -1 MySQL handshake is too short")
	f(judgeMySQL, "junkjunkjunk", "unsure")
	f(judgeMySQLLogin, mysqlPacket(2, "\x00\x00\x00\x02\x00\x00\x00"), "L7OK 0 ")
	f(judgeMySQLLogin, mysqlPacket(2, "\xff\x15\x04#28000denied"), "L7STS 1045 #28000denied")
	f(judgeTLS, "\x16", "L6OK -1 ")
	f(judgeTLS, "\x15", "L6OK -1 ")
	f(judgeTLS, "j", "L6RSP -1 ")
	f(judgeSPOP, frame(spopAnswer), "L7OK 0 SPOA server is ok")
	f(judgeSPOP, frame(strings.Replace(spopAnswer, "2.0", "1.0", 1)), "L7RSP -1 unsupported version")
	f(judgeSPOP, frame("\x66\x00\x00\x00\x01\x00\x00\x0bstatus-code\x03\x04\x07message\x08\x03foo"), "L7RSP -1 agent disconnected: foo")
	f(judgeSPOP, frame("\x65\x00\x00\x00\x01\x00\x00\xff"), "L7RSP -1 invalid frame received")
	f(judgeSPOP, "\xff\xff\xff\xff", "L7RSP -1 invalid frame received")
}

// FuzzAnswers: no answer of a server may do more than be wrong.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"+PONG\r\n", "250-a\r\n250 b\r\n", "R\x00\x00\x00\x08\x00\x00\x00\x00", "\x30\x84\x00\x00\x00\x01\x02", mysqlPacket(0, mysqlHello), frame(spopAnswer)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		for _, judge := range []func([]byte) (checkResult, bool){judgeRedis, judgeSMTP, judgePgSQL, judgeLDAP, judgeMySQL, judgeMySQLLogin, judgeTLS, judgeSPOP} {
			if r, sure := judge(b); sure != (r.status != checkINI) || len(r.text) > maxCheckText {
				t.Fatalf("%q: %s, sure %v", b, tell(r), sure)
			}
		}
	})
}

// TestProtocols: each option against a server that answers in its turn.
func TestProtocols(t *testing.T) {
	l := newLoops(t, 1)[0]
	f := func(check conf.Check, want string, turns ...string) { // turns: the server's words and the client's, which begin with <
		t.Helper()
		port := talker(t, func(c net.Conn) {
			c.SetDeadline(time.Now().Add(waitTime))
			for _, turn := range turns {
				wants, reads := strings.CutPrefix(turn, "<")
				if !reads {
					c.Write([]byte(turn))
					continue
				}
				got := make([]byte, len(wants))
				if n, _ := c.Read(got); string(got[:n]) != wants {
					t.Errorf("%s: got %q; want %q", check.Kind, got[:n], wants)
				}
			}
			c.Read(make([]byte, 1))
		})
		_, c := checked(t, l, port, &check)
		var r checkResult
		onLoop(l, func(task *loop.Task) { r = c.check(task) })
		if got := tell(r); got != want {
			t.Errorf("%s: got %q; want %q", check.Kind, got, want)
		}
	}
	f(conf.Check{Kind: conf.CheckRedis}, "L7OK 0 Redis server is ok", "<*1\r\n$4\r\nPING\r\n", "+PONG\r\n")
	f(conf.Check{Kind: conf.CheckSMTP, Hello: "EHLO", Domain: "foo.org"}, "L7OK 221 bye",
		"220 hi\r\n", "<EHLO foo.org\r\n", "250-a\r\n250 b\r\n", "<QUIT\r\n", "221 bye\r\n")
	f(conf.Check{Kind: conf.CheckSMTP}, "L7STS 500 what", "220 hi\r\n", "<HELO localhost\r\n", "500 what\r\n")
	f(conf.Check{Kind: conf.CheckPgSQL, User: "joe"}, "L7OK 0 PostgreSQL server is ok", "<\x00\x00\x00\x12\x00\x03\x00\x00user\x00joe\x00\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00")
	f(conf.Check{Kind: conf.CheckLDAP}, "L7OK 0 Success", "<"+ldapBind, "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00")
	f(conf.Check{Kind: conf.CheckMySQL}, "L7OK 0 5.7.1", mysqlPacket(0, mysqlHello))
	f(conf.Check{Kind: conf.CheckMySQL, User: "joe"}, "L7OK 0 5.7.1", mysqlPacket(0, mysqlHello),
		"<%\x00\x00\x01\x00\x82\x00\x00\x00\x80\x00\x01!"+string(make([]byte, 23))+"joe\x00\x00\x01\x00\x00\x00\x01", mysqlPacket(2, "\x00\x00\x00\x02\x00\x00\x00"))
	f(conf.Check{Kind: conf.CheckMySQL, User: "joe", OldClient: true}, "L7STS 1045 no", mysqlPacket(0, mysqlHello),
		"<\x0a\x00\x00\x01\x00\x80\x00\x00\x01joe\x00\x00\x01\x00\x00\x00\x01", mysqlPacket(2, "\xff\x15\x04no"))
	f(conf.Check{Kind: conf.CheckSSLHello}, "L6OK -1 ", "<"+sslHello, "\x15\x03\x00\x00\x02\x02\x28")
	f(conf.Check{Kind: conf.CheckSPOP}, "L7OK 0 SPOA server is ok", "<"+spopHello, frame(spopAnswer))
}

func TestExternalCheck(t *testing.T) {
	l := newLoops(t, 1)[0]
	out := t.TempDir() + "/out"
	f := func(script, want string) {
		t.Helper()
		file := t.TempDir() + "/check.sh"
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		_, c := checked(t, l, 8080, &conf.Check{Kind: conf.CheckExternal})
		p := c.server.b.conf
		p.ExternalCommand, p.ExternalPath, p.Timeouts.Check = file, "/usr/bin:/bin", waitTime
		if strings.Contains(script, "sleep") {
			p.Timeouts.Check = 50 * time.Millisecond
		}
		var r checkResult
		onLoop(l, func(task *loop.Task) { r = c.execute(task) })
		if got := tell(r); got != want {
			t.Errorf("%s: got %q; want %q", script, got, want)
		}
	}
	f("exit 0", "PROCOK 0 ")
	f("exit 3", "PROCERR 3 ")
	f("exec sleep 60", "PROCTOUT -1 ")
	f("echo $1 $2 $3 $4 $HAPROXY_SERVER_NAME $HAPROXY_PROXY_NAME $HAPROXY_SERVER_PORT $HAPROXY_SERVER_PROTO $PATH > "+out, "PROCOK 0 ")
	if got, _ := os.ReadFile(out); string(got) != "NOT_USED NOT_USED 127.0.0.1 8080 s1 bk 8080 h1 /usr/bin:/bin\n" {
		t.Errorf("the command was told %q", got)
	}
}

package frontend

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

// mailServer takes one mail after the other, and returns their subjects.
func mailServer(t *testing.T) (addr string, subjects <-chan string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	ch := make(chan string, 100)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			takeMail(c, ch)
		}
	}()
	return ln.Addr().String(), ch
}

func takeMail(c net.Conn, subjects chan<- string) {
	defer c.Close()
	fmt.Fprint(c, "220 test\r\n")
	data := false
	for in := bufio.NewScanner(c); in.Scan(); {
		line := in.Text()
		subject, isSubject := strings.CutPrefix(line, "Subject: ")
		switch {
		case data && isSubject:
			subjects <- subject
		case data && line == ".":
			data = false
			fmt.Fprint(c, "250 taken\r\n")
		case data:
		case line == "DATA":
			data = true
			fmt.Fprint(c, "354 go on\r\n")
		default:
			fmt.Fprint(c, "250 yes\r\n")
		}
	}
}

// What becomes of a server is told by mail, as far as the level asks for it.
func TestEmailAlert(t *testing.T) {
	mail, subjects := mailServer(t)
	origin := newTestOrigin(t)
	text := `mailers m
    timeout mail 1m
    mailer one ` + mail + `
defaults
    log stdout format raw local0
    timeout client 10s
    timeout connect 10s
    timeout server 10s
    email-alert mailers m
    email-alert from lb@example.net
    email-alert to ops@example.net
frontend f
    bind 127.0.0.1:80
    default_backend all
backend all
    email-alert level notice
    server s ` + origin.addr() + ` check inter 20ms rise 1 fall 1
    server t 127.0.0.1:1 check inter 20ms rise 1 fall 1
backend grave
    server u ` + origin.addr() + ` check inter 20ms rise 1 fall 1
    server v 127.0.0.1:1 check inter 20ms rise 1 fall 1
`
	px := newCfgProxy(t, text)
	next := func(want ...string) {
		t.Helper()
		got := map[string]bool{}
		for range want {
			eventually(t, "a mail", func() error {
				select {
				case s := <-subjects:
					got[s[:strings.IndexAny(s, ",.")]] = true
					return nil
				default:
					return fmt.Errorf("of %q there are %v", want, got)
				}
			})
		}
		for _, w := range want {
			if !got[w] {
				t.Fatalf("want %q; got %v", want, got)
			}
		}
	}
	next("[HAProxy Alert] Server all/t is DOWN", "[HAProxy Alert] Server grave/v is DOWN")
	for _, name := range []string{"grave", "all"} { // both are told to the log, and one by mail
		if err := px.Backend(name).Servers()[0].SetState("drain"); err != nil {
			t.Fatal(err)
		}
	}
	next("[HAProxy Alert] Server all/s enters drain state")
	px.logLine("Server grave/u enters drain state")
	if len(subjects) > 0 {
		t.Errorf("a mail too many: %s", <-subjects)
	}
}

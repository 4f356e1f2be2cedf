package mailer

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is an SMTP server that answers each line of a client by its first word, and keeps what it heard.
type server struct {
	ln      net.Listener
	answers map[string]string
	mails   chan string
	wg      sync.WaitGroup
}

func newServer(t *testing.T, answers map[string]string) *server {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{ln: ln, answers: answers, mails: make(chan string, 100)}
	s.wg.Go(s.accept)
	t.Cleanup(func() {
		ln.Close()
		s.wg.Wait()
	})
	return s
}

func (s *server) accept() {
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.wg.Go(func() { s.talk(c) })
	}
}

func (s *server) talk(c net.Conn) {
	defer c.Close()
	c.Write([]byte("220 test\r\n"))
	var heard strings.Builder
	for in := bufio.NewScanner(c); in.Scan(); {
		line := in.Text()
		heard.WriteString(line + "\n")
		word, _, _ := strings.Cut(line, " ")
		answer := "250 yes"
		switch {
		case s.answers[word] == "-":
			return // falls silent for ever, as far as the client can tell
		case s.answers[word] != "":
			answer = s.answers[word]
		case word == "DATA":
			answer = "354 go on"
		case word == "QUIT":
			answer = "221 bye"
		}
		if word == "DATA" && answer[0] == '3' {
			c.Write([]byte(answer + "\r\n"))
			for in.Scan() && in.Text() != "." {
				heard.WriteString(in.Text() + "\n")
			}
			answer = "250 taken"
		}
		if word == "QUIT" {
			// Kept before it is answered: with the answer the client goes on to its next mail, whose goroutine must not be first.
			s.mails <- heard.String()
			c.Write([]byte(answer + "\r\n"))
			return
		}
		c.Write([]byte(answer + "\r\n"))
	}
	s.mails <- heard.String()
}

// failures collects what was not taken.
func failures() (chan string, func(Server, error)) {
	ch := make(chan string, 100)
	return ch, func(s Server, err error) { ch <- s.Name + ": " + err.Error() }
}

// wait is generous: the machine may be busy.
func wait(t *testing.T, ch <-chan string) string {
	t.Helper()
	select {
	case s := <-ch:
		return s
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
		return ""
	}
}

func TestSend(t *testing.T) {
	a, b := newServer(t, nil), newServer(t, nil)
	failed, f := failures()
	m := New(Options{Servers: []Server{{"a", a.ln.Addr().String()}, {"b", b.ln.Addr().String()}}, From: "lb@example.net", To: "ops@example.net",
		Host: "lb1", Timeout: time.Minute, Failed: f})
	defer m.Close()
	m.Send("Server app/s1 is DOWN,\r\nreason: \xff. " + strings.Repeat("x", 2*maxText))
	for _, s := range []*server{a, b} {
		got := wait(t, s.mails)
		head, body, ok := strings.Cut(got, "\n\n")
		for _, want := range []string{"EHLO lb1\n", "MAIL FROM:<lb@example.net>\n", "RCPT TO:<ops@example.net>\n", "DATA\n", "\nFrom: lb@example.net\n",
			"\nTo: ops@example.net\n", "\nDate: ", "\nSubject: [HAProxy Alert] Server app/s1 is DOWN,  reason: ?. xxx"} {
			if !strings.Contains(head+"\n", want) {
				t.Errorf("no %q in\n%s", want, head)
			}
		}
		if !ok || !strings.HasPrefix(body, "Server app/s1 is DOWN,  reason: ?. xxx") || !strings.HasSuffix(body, "xxx...\nQUIT\n") {
			t.Errorf("the body is %q", body)
		}
	}
	if len(failed) > 0 {
		t.Error(<-failed)
	}
}

func TestOrder(t *testing.T) {
	s := newServer(t, nil)
	_, f := failures()
	m := New(Options{Servers: []Server{{"a", s.ln.Addr().String()}}, From: "a@b", To: "c@d", Host: "h", Timeout: time.Minute, Failed: f})
	defer m.Close()
	for _, text := range []string{"one", "two", "three"} {
		m.Send(text)
	}
	for _, text := range []string{"one", "two", "three"} {
		if got := wait(t, s.mails); !strings.Contains(got, "\n\n"+text+"\n") {
			t.Fatalf("want %s; got %s", text, got)
		}
	}
}

func TestFailures(t *testing.T) {
	f := func(answers map[string]string, want string) {
		t.Helper()
		s := newServer(t, answers)
		failed, told := failures()
		m := New(Options{Servers: []Server{{"a", s.ln.Addr().String()}}, From: "a@b", To: "c@d", Host: "h", Timeout: time.Minute, Failed: told})
		defer m.Close()
		m.Send("text")
		if got := wait(t, failed); !strings.HasPrefix(got, "a: ") || !strings.Contains(got, want) {
			t.Errorf("%v: got %q; want %q", answers, got, want)
		}
	}
	f(map[string]string{"EHLO": "500 no", "HELO": "500 never"}, "never")
	f(map[string]string{"MAIL": "550 not you"}, "not you")
	f(map[string]string{"RCPT": "550 nobody"}, "nobody")
	f(map[string]string{"DATA": "451 later"}, "later")
	f(map[string]string{"RCPT": "-"}, "EOF")
}

// A server that says nothing costs the timeout, and Close does not wait for it.
func TestTimeout(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	failed, told := failures()
	o := Options{Servers: []Server{{"a", ln.Addr().String()}}, From: "a@b", To: "c@d", Host: "h", Timeout: 50 * time.Millisecond, Failed: told}
	m := New(o)
	m.Send("text")
	if got := wait(t, failed); got != "a: no end after 50ms" {
		t.Error(got)
	}
	m.Close()
	o.Timeout = time.Hour
	m = New(o)
	m.Send("text")
	m.Close()
	if len(failed) > 0 {
		t.Errorf("after Close: %s", <-failed)
	}
}

// What does not fit into the queue is told, and costs nothing.
func TestFull(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	failed, told := failures()
	m := New(Options{Servers: []Server{{"a", ln.Addr().String()}}, From: "a@b", To: "c@d", Host: "h", Timeout: time.Hour, Failed: told})
	defer m.Close()
	for range maxWaiting + 2 { // one may be on its way
		m.Send("text")
	}
	if got := wait(t, failed); got != "a: "+errFull.Error() {
		t.Error(got)
	}
}

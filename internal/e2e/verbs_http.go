package e2e

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func verbRxReq(a *actor, args []string) error {
	a.conn.SetReadDeadline(time.Now().Add(patience))
	m, err := readHead(a.br)
	if err != nil {
		return err
	}
	a.got = m
	if a.server != nil {
		a.server.requests.Add(1)
	}
	if len(args) > 0 {
		return nil
	}
	return m.readBody(a.br, false, false)
}

func verbRxRes(a *actor, args []string) error {
	a.conn.SetReadDeadline(time.Now().Add(patience))
	m, err := readHead(a.br)
	if err != nil {
		return err
	}
	a.got = m
	if len(args) > 0 {
		return nil
	}
	return m.readBody(a.br, true, a.lastMethod() == "HEAD")
}

// value returns what "expect" means by a field's name; a field that is not there is "<none>".
func (m *httpMessage) value(name string) (string, error) {
	join := func(v []string) string {
		if len(v) == 0 {
			return "<none>"
		}
		return strings.Join(v, "|")
	}
	kind, rest, _ := strings.Cut(name, ".")
	switch kind {
	case "method":
		return m.word(0), nil
	case "target", "status":
		return m.word(1), nil
	case "version":
		if strings.HasPrefix(m.start, "HTTP/") {
			return m.word(0), nil
		}
		return m.word(2), nil
	case "reason":
		return m.word(2), nil
	case "start":
		return m.start, nil
	case "body":
		return string(m.body), nil
	case "framing":
		return m.framing, nil
	case "header":
		return join(get(m.fields, rest)), nil
	case "trailer":
		return join(get(m.trailers, rest)), nil
	case "count":
		return strconv.Itoa(len(get(m.fields, rest))), nil
	}
	return "", fmt.Errorf("field %q; want method, target, version, status, reason, start, body, framing, header.NAME, count.NAME or trailer.NAME", name)
}

// compare applies one of the four operators.
func compare(got, op, want string) error {
	ok := false
	switch op {
	case "==":
		ok = got == want
	case "!=":
		ok = got != want
	case "~", "!~":
		re, err := regexp.Compile("(?m)" + want)
		if err != nil {
			return err
		}
		ok = re.MatchString(got) == (op == "~")
	default:
		return fmt.Errorf("operator %q; want ==, !=, ~ or !~", op)
	}
	if !ok {
		return fmt.Errorf("got %q", clip([]byte(got)))
	}
	return nil
}

func verbExpect(a *actor, args []string) error {
	if a.got == nil {
		return errors.New("no message was read")
	}
	if len(args) < 3 {
		return errors.New("want FIELD OPERATOR VALUE")
	}
	got, err := a.got.value(args[0])
	if err != nil {
		return err
	}
	return compare(got, args[1], args[2])
}

// headerLine tells "Name:value" words from a body.
func headerLine(word string) bool {
	name, _, ok := strings.Cut(word, ":")
	return ok && name != "" && !strings.ContainsAny(name, " \r\n{")
}

func verbAnswer(a *actor, args []string) error {
	head, body := "HTTP/1.1 "+args[0]+" X\r\nX-Server: "+a.name+"\r\n", ""
	for _, w := range args[1:] {
		if headerLine(w) {
			head += w + "\r\n"
		} else {
			body = w
		}
	}
	if a.got != nil && a.got.word(0) == "HEAD" {
		return a.write(head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n")
	}
	return a.write(head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

func verbServe(a *actor, args []string) error {
	var pause time.Duration
	if len(args) > 0 && strings.HasPrefix(args[0], "delay=") {
		d, err := time.ParseDuration(args[0][len("delay="):])
		if err != nil {
			return err
		}
		pause, args = d, args[1:]
	}
	for {
		// An idle connection may stay for as long as the script runs.
		a.conn.SetReadDeadline(time.Time{})
		if _, err := a.br.Peek(1); err != nil {
			return nil
		}
		if err := verbRxReq(a, nil); err != nil {
			if gone(err) {
				return nil
			}
			return err
		}
		time.Sleep(pause) // a slow server
		if err := verbAnswer(a, append([]string{"200"}, args...)); err != nil {
			return nil // the proxy may have lost its client meanwhile
		}
	}
}

// gone tells an ended connection from a malformed message.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func verbGet(a *actor, args []string) error {
	if a.conn == nil {
		return errors.New("no connection is open")
	}
	head := "GET " + args[0] + " HTTP/1.1\r\n"
	host := "Host: test\r\n"
	for _, h := range args[1:] {
		if strings.HasPrefix(strings.ToLower(h), "host:") {
			host = ""
		}
		head += h + "\r\n"
	}
	if err := a.write(head + host + "\r\n"); err != nil {
		return err
	}
	return verbRxRes(a, nil)
}

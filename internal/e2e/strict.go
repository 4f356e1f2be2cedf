package e2e

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// seen is one request as the origin's strict reader took it.
type seen struct {
	method, target, version string
	framing                 string // "", "length:5" or "chunked:5"
	fields                  []field
}

func (s seen) String() string {
	target := strings.ToValidUTF8(s.target, "\ufffd") // a document is UTF-8, whatever a proxy lets through
	return strings.TrimSpace(s.method + " " + target + " " + s.framing)
}

// strictReader takes what a proxy sent to an origin apart and notes whatever RFC 9112 does not let a sender write. It is written
// apart from internal/http1 on purpose: a judge must not share the accused's code.
type strictReader struct {
	buf   []byte
	wrong []string
}

var (
	requestLine = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) (HTTP/1\\.[01])$")
	fieldLine   = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?s:.*?))[ \t]*$")
	chunkLine   = regexp.MustCompile("^[0-9a-fA-F]{1,16}$")
)

// maxTarget keeps a long target out of the table.
const maxTarget = 40

func (r *strictReader) complain(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// head returns the next request and the number of bytes of its head; ok is false while it is incomplete.
func (r *strictReader) head() (s seen, size int, ok bool) {
	end := bytes.Index(r.buf, []byte("\r\n\r\n"))
	if end < 0 {
		return s, 0, false
	}
	lines := strings.Split(string(r.buf[:end]), "\r\n")
	m := requestLine.FindStringSubmatch(lines[0])
	if m == nil {
		r.complain("request line %q", clip([]byte(lines[0])))
		return s, end + 4, true
	}
	s.method, s.target, s.version = m[1], m[2], m[3]
	if len(s.target) > maxTarget {
		s.target = s.target[:maxTarget] + "..."
	}
	for _, line := range lines[1:] {
		s.fields = append(s.fields, r.field(line))
	}
	r.checkFraming(&s)
	return s, end + 4, true
}

func (r *strictReader) field(line string) field {
	m := fieldLine.FindStringSubmatch(line)
	if m == nil {
		r.complain("field line %q", clip([]byte(line)))
		return field{}
	}
	if strings.ContainsAny(m[2], "\x00\r\n") {
		r.complain("field value %q", clip([]byte(line)))
	}
	return field{m[1], m[2]}
}

// checkFraming wants exactly one way to say how long the body is, in its plainest form.
func (r *strictReader) checkFraming(s *seen) {
	te, cl, host := get(s.fields, "Transfer-Encoding"), get(s.fields, "Content-Length"), get(s.fields, "Host")
	if s.version == "HTTP/1.1" && len(host) != 1 {
		r.complain("%d Host fields", len(host))
	}
	switch {
	case len(te) > 0 && len(cl) > 0:
		r.complain("Content-Length and Transfer-Encoding")
	case len(te) > 0 && (len(te) > 1 || !strings.EqualFold(te[0], "chunked")):
		r.complain("Transfer-Encoding %q", te)
	case len(te) > 0 && s.version == "HTTP/1.0":
		r.complain("chunked in HTTP/1.0")
	case len(cl) > 1:
		r.complain("%d Content-Length fields", len(cl))
	}
	if len(te) > 0 {
		s.framing = "chunked"
	} else if len(cl) > 0 {
		if _, err := strconv.ParseUint(cl[0], 10, 63); err != nil || cl[0] != strings.TrimLeft(cl[0], "+") {
			r.complain("Content-Length %q", cl[0])
		}
		s.framing = "length:" + cl[0]
	}
}

// body returns how many bytes the body of s takes after its head; ok is false while it is incomplete.
func (r *strictReader) body(s *seen, from int) (end int, ok bool) {
	if n, found := strings.CutPrefix(s.framing, "length:"); found {
		length, _ := strconv.Atoi(n)
		return from + length, len(r.buf) >= from+length
	}
	if s.framing != "chunked" {
		return from, true
	}
	total := 0
	for {
		line, next, found := r.line(from)
		if !found {
			return 0, false
		}
		if !chunkLine.MatchString(line) {
			r.complain("chunk size line %q", clip([]byte(line)))
			return next, true
		}
		n, _ := strconv.ParseInt(line, 16, 62)
		if n == 0 {
			s.framing = fmt.Sprintf("chunked:%d", total)
			return r.trailers(next)
		}
		total += int(n)
		from = next + int(n) + 2
		if len(r.buf) < from {
			return 0, false
		}
		if string(r.buf[from-2:from]) != "\r\n" {
			r.complain("chunk data ends with %q", r.buf[from-2:from])
			return from, true
		}
	}
}

func (r *strictReader) trailers(from int) (end int, ok bool) {
	for {
		line, next, found := r.line(from)
		if !found {
			return 0, false
		}
		if line == "" {
			return next, true
		}
		f := r.field(line)
		switch strings.ToLower(f.name) {
		case "content-length", "transfer-encoding", "host":
			r.complain("%s in the trailer", f.name)
		}
		from = next
	}
}

func (r *strictReader) line(from int) (line string, next int, ok bool) {
	if from > len(r.buf) {
		return "", 0, false
	}
	n := bytes.Index(r.buf[from:], []byte("\r\n"))
	if n < 0 {
		return "", 0, false
	}
	return string(r.buf[from : from+n]), from + n + 2, true
}

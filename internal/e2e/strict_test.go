package e2e

import (
	"strings"
	"testing"
)

// judge feeds bytes to the strict reader and returns the requests it took and its first complaint.
func judge(wire string) (requests, complaint string) {
	r := strictReader{buf: []byte(wire)}
	var took []string
	for len(r.wrong) == 0 {
		s, size, ok := r.head()
		if !ok {
			break
		}
		end, ok := r.body(&s, size)
		if !ok || len(r.wrong) > 0 {
			break
		}
		took = append(took, s.String())
		r.buf = r.buf[end:]
	}
	return strings.Join(took, ", "), strings.Join(r.wrong, "; ")
}

func TestStrictReader(t *testing.T) {
	f := func(wire, requests, complaint string) {
		t.Helper()
		gotRequests, gotComplaint := judge(wire)
		if gotRequests != requests || gotComplaint != complaint {
			t.Errorf("judge(%q) = %q, %q; want %q, %q", wire, gotRequests, gotComplaint, requests, complaint)
		}
	}
	f("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "GET /", "")
	f("GET / HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /, GET /2", "")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "POST / length:5", "")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", "", "")
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n", "POST / chunked:5", "")
	f("GET / HTTP/1.0\r\n\r\n", "GET /", "")

	f("GET / HTTP/1.1\r\n\r\n", "", "0 Host fields")
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "", "2 Host fields")
	f("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "", `request line "GET  / HTTP/1.1"`)
	f("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "", `request line "GET / HTTP/1.2"`)
	f("GET / HTTP/1.1\nHost: a\r\n\r\n", "", `request line "GET / HTTP/1.1\nHost: a"`)
	f("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "", `field line "X : y"`)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", "", `field value "X: a\x00b"`)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "", `field value "X: a\rb"`)
	f("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "", `field line " b"`)
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", "Content-Length and Transfer-Encoding")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", "", "2 Content-Length fields")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", "", `Content-Length "+1"`)
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "", `Transfer-Encoding ["gzip, chunked"]`)
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\n\r\n", "", `chunk size line "1;x"`)
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "", `chunk data ends with "b\r"`)
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n", "", "Content-Length in the trailer")
}

func TestVerdict(t *testing.T) {
	f := func(a attack, o outcome, want string) {
		t.Helper()
		got := ""
		if err := a.verdict(&o); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("verdict of %+v on %s = %q; want %q", a, &o, got, want)
		}
	}
	get := seen{method: "GET", target: "/"}
	smuggle := seen{method: "GET", target: "/smuggled"}
	reject := attack{class: 1, want: "reject", max: -1}
	f(reject, outcome{statuses: []string{"400"}, closed: true}, "")
	f(reject, outcome{statuses: []string{"400"}}, "stayed open")
	f(reject, outcome{statuses: []string{"200"}, closed: true}, "want an error status")
	f(reject, outcome{statuses: []string{"400"}, closed: true, requests: []seen{get}}, "complete request")
	free := attack{class: 1, want: "any", max: -1}
	f(free, outcome{statuses: []string{"200"}, requests: []seen{get}}, "")
	f(free, outcome{statuses: []string{"200", "200"}, requests: []seen{get, get}}, "2 requests")
	f(free, outcome{statuses: []string{"200"}, requests: []seen{smuggle}}, "smuggled")
	f(free, outcome{statuses: []string{"200"}, wrong: []string{"bare LF"}}, "not canonical")
	accept := attack{class: 1, want: "accept", max: -1}
	f(accept, outcome{statuses: []string{"100", "200"}, requests: []seen{get}}, "")
	f(accept, outcome{statuses: []string{"400"}}, "want a 2xx")
	evil := attack{class: 8, want: "502"}
	f(evil, outcome{statuses: []string{"502"}, after: "clean"}, "")
	f(evil, outcome{statuses: []string{"200"}, after: "clean"}, "want 502")
	f(evil, outcome{statuses: []string{"502"}, after: "clean", reused: true}, "not used again")
	f(evil, outcome{statuses: []string{"502"}, after: "poisoned: 200"}, "poisoned")
}

package frontend

import (
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/http1"
	"weir/internal/message"
)

func TestParsePage(t *testing.T) {
	f := func(text, want, body, fields string) {
		t.Helper()
		p, err := parsePage([]byte(text))
		if err != nil {
			if err.Error() != want {
				t.Errorf("%q: got error %q; want %q", text, err, want)
			}
			return
		}
		var names []string
		for _, fl := range p.fields {
			names = append(names, string(fl.Name)+"="+string(fl.Value))
		}
		if got := strings.Join(names, " "); string(p.body) != body || got != fields || want != string(p.reason) {
			t.Errorf("%q: got %q, %q, %q; want %q, %q, %q", text, p.reason, got, p.body, want, fields, body)
		}
	}
	f("HTTP/1.0 503 Gone Fishing\r\nA: b\r\nContent-Length: 999\r\n\r\nback soon\n", "Gone Fishing", "back soon\n", "a=b")
	f("HTTP/1.1 503 X\nA: b\nTransfer-Encoding: chunked\n\nplain\r\n", "X", "plain\r\n", "a=b") // as a person wrote it
	f("HTTP/1.0 503 X\r\n\r\n", "X", "", "")
	f("HTTP/1.0 503 X\r\nA: b\r\n", "there is no empty line after the head", "", "")
	f("", "there is no empty line after the head", "", "")
	f("<html>\n\n</html>", http1.ErrVersion.Error(), "", "")
}

func TestErrorfileRefused(t *testing.T) {
	p := &conf.Proxy{ErrorFiles: map[int]*conf.ErrorFile{503: {Path: "503.http", Data: []byte("<html>")}}}
	_, err := (&ruleSite{p: p}).pages()
	if err == nil || !strings.Contains(err.Error(), `errorfile 503: "503.http" is not an HTTP response: there is no empty line after the head`) {
		t.Errorf("got %v", err)
	}
}

// Every page of our own is a whole response that says what it is.
func TestBuiltinPages(t *testing.T) {
	for _, status := range statuses() {
		var again message.Response
		var st stream
		st.fill(builtin[status])
		head := http1.AppendResponse(nil, &st.resp, http1.ResponseOptions{})
		n, err := http1.ParseResponse(head, &again, message.MethodGet, http1.Limits{})
		if err != nil || n != len(head) || again.Status != status || again.ContentLength != int64(len(builtin[status].body)) {
			t.Errorf("%d: %v, %q", status, err, head)
		}
	}
	for _, e := range []int{http1.ErrExpect.Status, http1.ErrHeadTooLarge.Status} {
		if builtin[e] == nil {
			t.Errorf("no page for %d, which the codec answers", e)
		}
	}
}

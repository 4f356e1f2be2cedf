package logfmt

import (
	"encoding/json"
	"net/netip"
	"testing"
)

func TestAppendJSON(t *testing.T) {
	f := func(r Record, want map[string]any) {
		t.Helper()
		var fm Formatter
		line := fm.AppendJSON(nil, &r)
		var got map[string]any
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for name, v := range want {
			if g, ok := got[name]; !ok || !equalJSON(g, v) {
				t.Errorf("%s: %s is %v; want %v", line, name, g, v)
			}
		}
	}
	r := Record{
		Client: netip.MustParseAddrPort("[2001:db8::1]:5000"), Frontend: "web", Backend: "app", Server: "s1", HTTP: true, Date: 1764177421709,
		TR: 1, Tw: 2, Tc: 3, Tr: -1, Ta: 5, Status: 200, Bytes: 1234, Uploaded: 56, State: [4]byte{'-', '-', '-', '-'},
		ReqHeaders: [][]byte{[]byte("a\"b\n\xff"), nil}, Request: []byte("GET /a?b=c HTTP/1.1"), UniqueID: []byte("id-1"),
	}
	f(r, map[string]any{
		"time": "2025-11-26T17:17:01.709Z", "client": "2001:db8::1", "client_port": 5000.0, "frontend": "web", "backend": "app", "server": "s1",
		"request_ms": 1.0, "queue_ms": 2.0, "connect_ms": 3.0, "response_ms": nil, "active_ms": 5.0, "status": 200.0, "bytes_out": 1234.0, "bytes_in": 56.0,
		"termination": "----", "method": "GET", "target": "/a?b=c", "version": "HTTP/1.1", "request_captures": []any{"a\"b\n\ufffd", nil}, "id": "id-1",
	})
	f(Record{HTTP: true, Status: -1, Reason: "the client sent no request", State: [4]byte{'C', 'R', '-', '-'}},
		map[string]any{"status": nil, "method": nil, "target": nil, "server": "<NOSRV>", "reason": "the client sent no request", "termination": "CR--"})
}

func equalJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func TestAppendJSONAllocatesNothing(t *testing.T) {
	r := Record{HTTP: true, Status: 200, Client: netip.MustParseAddrPort("192.0.2.1:5"), Request: []byte("GET / HTTP/1.1"), Frontend: "f", Server: "s"}
	var f Formatter
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst = f.AppendJSON(dst[:0], &r) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

package message

import "testing"

func TestLookup(t *testing.T) {
	for id := Unknown + 1; id < numFields; id++ {
		name := fieldNames[id]
		if name == "" {
			t.Fatalf("id %d has no name", id)
		}
		if got := Lookup(name); got != id {
			t.Errorf("Lookup(%q) = %d; want %d", name, got, id)
		}
		if got := Lookup([]byte(name)); got != id {
			t.Errorf("Lookup([]byte(%q)) = %d; want %d", name, got, id)
		}
		if id.String() != name {
			t.Errorf("FieldID(%d) = %q; want %q", id, id, name)
		}
		// Neighbours of a name are other names.
		for _, near := range []string{name + "x", name[1:], name[:len(name)-1], "~" + name[1:]} {
			if got := Lookup(near); got == id {
				t.Errorf("Lookup(%q) = %q", near, got)
			}
		}
	}
	for _, name := range []string{"", "x", "Host", "hos", "x_forwarded_for", "grpc-status"} {
		if got := Lookup(name); got != Unknown {
			t.Errorf("Lookup(%q) = %q; want Unknown", name, got)
		}
	}
	if s := Unknown.String() + FieldID(255).String(); s != "" {
		t.Errorf("names of Unknown and 255: %q; want none", s)
	}
}

func TestLookupFew(t *testing.T) {
	f := func(id FieldID, name string) {
		t.Helper()
		if Lookup(name) != id {
			t.Fatalf("Lookup(%q) = %q; want %q", name, Lookup(name), id)
		}
	}
	f(Host, "host")
	f(TE, "te")
	f(ETag, "etag")
	f(WWWAuthenticate, "www-authenticate")
	f(XForwardedFor, "x-forwarded-for")
	f(SecWebSocketKey, "sec-websocket-key")
	f(HTTP2Settings, "http2-settings")
}

func TestLookupMethod(t *testing.T) {
	for id := MethodGet; id <= MethodPatch; id++ {
		if got := LookupMethod(id.String()); got != id {
			t.Errorf("LookupMethod(%q) = %d; want %d", id, got, id)
		}
	}
	for _, name := range []string{"", "get", "GETS", "PROPFIND"} {
		if got := LookupMethod([]byte(name)); got != MethodOther {
			t.Errorf("LookupMethod(%q) = %q; want MethodOther", name, got)
		}
	}
	if s := MethodOther.String() + MethodID(99).String(); s != "" {
		t.Errorf("names of MethodOther and 99: %q; want none", s)
	}
}

func BenchmarkLookup(b *testing.B) {
	names := [][]byte{[]byte("host"), []byte("user-agent"), []byte("x-unknown-name"), []byte("content-length")}
	for i := 0; b.Loop(); i++ {
		Lookup(names[i&3])
	}
}

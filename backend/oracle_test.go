package backend

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/message"
)

// TestOracle sends what Debian's haproxy was sent and expects the same servers.
func TestOracle(t *testing.T) {
	text, err := os.ReadFile("testdata/oracle.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b *Backend
	n, section := 0, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = line
			b = oracleBackend(t, line[1:len(line)-1])
			continue
		}
		i := strings.LastIndex(line, " -> ")
		key, want := line[:i], line[i+4:]
		if got := pickName(b, oracleSubject(b, key), nil); got != want {
			t.Errorf("%s %q: got %s; haproxy says %s", section, key, got, want)
		} else if b.conf.Balance.Algo == conf.LeastConn {
			b.Server(got).last.Store(b.turn.Add(1))
		}
		n++
	}
	if n < 500 {
		t.Errorf("only %d lines were checked", n)
	}
}

func oracleBackend(t *testing.T, line string) *Backend {
	f := strings.Split(line, " | ")
	servers := ""
	for i, w := range strings.Fields(f[2]) {
		name := string(rune('1' + i))
		if f[3] == name {
			servers += "!"
		}
		servers += "s" + name + ":" + w + " "
	}
	p := proxy(f[0], servers)
	ht, err := conf.ParseHashType(f[1])
	if err != nil {
		t.Fatal(err)
	}
	p.HashType = ht
	return newTest(t, p)
}

func oracleSubject(b *Backend, key string) *Subject {
	switch bal := b.conf.Balance; {
	case bal.Algo == conf.Source:
		return &Subject{Source: netip.AddrPortFrom(netip.MustParseAddr(key), 1234)}
	case bal.Algo == conf.Header:
		return &Subject{Req: get("/", bal.Name+": "+key)}
	case strings.HasPrefix(key, "POST "):
		f := strings.SplitN(key, " ", 3)
		r := get(f[1])
		r.Method, r.MethodID = []byte("POST"), message.MethodPost
		return &Subject{Req: r, Body: []byte(f[2])}
	}
	return &Subject{Req: get(key)}
}

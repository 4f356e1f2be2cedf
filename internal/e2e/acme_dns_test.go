package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"weir/internal/peer"
)

// challengeNames is a DNS server, Debian's pebble-challtestsrv, that is told of TXT records. It returns its own address and that of who tells it.
func challengeNames(t *testing.T, l *acmeLab) (dns, told string) {
	t.Helper()
	at := newPlaces(l.dir, "names")
	ports := []int{at.port("dns"), at.port("told")}
	dns, told = fmt.Sprintf("127.0.0.1:%d", ports[0]), fmt.Sprintf("127.0.0.1:%d", ports[1])
	p := &proc{kind: "pebble-challtestsrv", cmd: exec.Command(peer.Need(t, "pebble-challtestsrv"), "-dns01", dns, "-management", told, "-http01", "", "-https01", "", "-tlsalpn01", ""), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(p.end)
	if err := p.ready(ports[1:], nil); err != nil {
		t.Fatal(err)
	}
	return dns, told
}

// deployed are the records that the sink dpapi asks for and has not taken back.
func (l *acmeLab) deployed(t *testing.T) (list []map[string]string) {
	t.Helper()
	for line := range strings.Lines(l.ask(t, "show events dpapi")) {
		_, text, ok := strings.Cut(line, " {")
		if !ok {
			continue
		}
		m := map[string]string{}
		if err := json.Unmarshal([]byte("{"+text), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if m["event"] == "acme deploy" {
			list = append(list, m)
			continue
		}
		for i, have := range list {
			if have["value"] == m["value"] {
				list = append(list[:i], list[i+1:]...)
				break
			}
		}
	}
	return list
}

// TestACMEByDNS has a certificate for a name and its wildcard: what makes the records reads the events of a sink, tells the DNS server, and says so.
func TestACMEByDNS(t *testing.T) {
	t.Parallel()
	l := newACMELab(t, 90*86400, false)
	dns, told := challengeNames(t, l)
	l.proc.end()
	l.names = dns
	l.startCA(t)
	l.start(t, ".cfg", acmeHead+`frontend in
  bind 127.0.0.1:{{http}}
  bind 127.0.0.1:{{tls}} ssl acme le domains *.example.com,example.com,b.example.com
  http-request return status 200 content-type text/plain string hello
acme le
  directory {{directory}}
  ca-file {{dir}}/ca.pem
  storage {{dir}}/st
  challenge dns-01
  provider-name test
  acme-vars "zone=example.com"
`)
	var records []map[string]string
	err := eventually(acmePatience, func() error {
		if records = l.deployed(t); len(records) != 3 {
			return fmt.Errorf("%d records are asked for", len(records))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, l.weir.stderr.String())
	}
	for _, r := range records {
		if r["provider"] != "test" || r["vars"] != "zone=example.com" || r["acme"] != "le" {
			t.Errorf("%v", r)
		}
		body, err := json.Marshal(map[string]string{"host": r["record"] + ".", "value": r["value"]})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post("http://"+told+"/set-txt", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	cert := records[0]["certificate"]
	if got := l.ask(t, "acme challenge_ready "+cert+" domain c.example.com"); !strings.Contains(got, "No order waits") {
		t.Errorf("%q", got)
	}
	if got := l.ask(t, "acme challenge_ready "+cert+" domain example.com"); !strings.Contains(got, "ready: 2. Others that are waited for: 1.") {
		t.Errorf("%q", got)
	}
	if got := l.ask(t, "acme challenge_ready "+cert+" domain b.example.com"); !strings.Contains(got, "All TXT records are ready") {
		t.Errorf("%q", got)
	}
	c := l.issued(t, "x.example.com", nil)
	for _, name := range []string{"example.com", "y.example.com", "b.example.com"} {
		if err := c.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if left := l.deployed(t); len(left) != 0 {
		t.Errorf("%v are not taken back", left)
	}
	l.status(t, "\tle\tScheduled\t", "\t-\n")
	l.private(t, "st/_wildcard.example.com.pem")
}

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const h2AttackConf = `defaults
  mode http
  timeout client 2s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{{port}} proto h2
  http-request use-service prometheus-exporter if { path /metrics }
  default_backend b
backend b
  server s {{origin}}
`

// h2Attacker speaks HTTP/2 as no client should. It reads what comes and throws it away, unless deaf.
type h2Attacker struct {
	c    net.Conn
	fr   *http2.Framer
	out  bytes.Buffer // what is written next, at once
	enc  *hpack.Encoder
	hbuf bytes.Buffer
	next uint32
}

func newH2Attacker(t *testing.T, addr string, settings ...http2.Setting) *h2Attacker {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	k := &h2Attacker{c: c, next: 1}
	k.fr = http2.NewFramer(&k.out, nil)
	k.fr.AllowIllegalWrites = true
	k.enc = hpack.NewEncoder(&k.hbuf)
	k.out.WriteString(http2.ClientPreface)
	k.fr.WriteSettings(settings...)
	return k
}

// block encodes a request's fields, and more.
func (k *h2Attacker) block(path string, more ...string) []byte {
	k.hbuf.Reset()
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "h"}, {":path", path}} {
		k.enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	for i := 0; i < len(more); i += 2 {
		k.enc.WriteField(hpack.HeaderField{Name: more[i], Value: more[i+1]})
	}
	return bytes.Clone(k.hbuf.Bytes())
}

// open sends the head of a request and returns its stream.
func (k *h2Attacker) open(end bool, block []byte) uint32 {
	id := k.next
	k.next += 2
	k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: end, EndHeaders: true})
	return id
}

// h2Attack is one round of an attack, again and again until the connection is cut.
type h2Attack struct {
	name     string
	reason   string // it is counted as
	settings []http2.Setting
	round    func(k *h2Attacker)
	once     bool // one round is all: then it waits to be cut
}

var h2Attacks = []h2Attack{
	{name: "rapid reset", reason: "h2_rapid_reset", round: func(k *h2Attacker) { k.fr.WriteRSTStream(k.open(true, k.block("/")), http2.ErrCodeCancel) }},
	{name: "made you reset, by an increment of 0", reason: "h2_made_you_reset", round: func(k *h2Attacker) {
		k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, k.open(false, k.block("/")), make([]byte, 4))
	}},
	{name: "made you reset, by data after the end", reason: "h2_made_you_reset", round: func(k *h2Attacker) { k.fr.WriteData(k.open(true, k.block("/slow")), true, []byte("x")) }},
	{name: "made you reset, by a window that overflows", reason: "h2_made_you_reset", round: func(k *h2Attacker) { k.fr.WriteWindowUpdate(k.open(false, k.block("/")), 1<<31-1) }},
	{name: "priority of itself", reason: "h2_made_you_reset", round: func(k *h2Attacker) {
		id := k.open(false, k.block("/"))
		k.fr.WritePriority(id, http2.PriorityParam{StreamDep: id})
	}},
	{name: "a length that is not kept", reason: "h2_made_you_reset", round: func(k *h2Attacker) {
		k.fr.WriteData(k.open(false, k.block("/", "content-length", "1")), false, []byte("xyz"))
	}},
	{name: "fields that are malformed", reason: "h2_made_you_reset", round: func(k *h2Attacker) { k.open(true, k.block("/", "X-Y", "z")) }},
	{name: "continuation without end", reason: "h2_continuation_flood", round: func(k *h2Attacker) {
		if k.next == 1 {
			k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: k.block("/")})
			k.next = 3
		}
		k.fr.WriteContinuation(1, false, bytes.Repeat([]byte{0x82}, 4096))
	}},
	{name: "empty continuation", reason: "h2_continuation_flood", round: func(k *h2Attacker) {
		if k.next == 1 {
			k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: k.block("/")})
			k.next = 3
		}
		k.fr.WriteContinuation(1, false, nil)
	}},
	{name: "HPACK bomb", reason: "h2_made_you_reset", round: func(k *h2Attacker) { // one octet of it is a field of 4,000
		bomb := append(k.block("/", "x-bomb", strings.Repeat("b", 3900)), bytes.Repeat([]byte{0x80 | 62}, 12000)...)
		k.open(true, bomb)
	}},
	{name: "crumbs of cookies", reason: "h2_made_you_reset", round: func(k *h2Attacker) {
		k.open(true, append(k.block("/", "cookie", ""), bytes.Repeat([]byte{0x80 | 62}, 12000)...))
	}},
	{name: "junk as a header block", reason: "h2_compression", round: func(k *h2Attacker) { k.open(true, bytes.Repeat([]byte{0xff}, 16)) }},
	{name: "more streams than may be open", reason: "h2_flood", round: func(k *h2Attacker) { k.open(false, k.block("/slow")) }},
	{name: "pings", reason: "h2_flood", round: func(k *h2Attacker) { k.fr.WritePing(false, [8]byte{}) }},
	{name: "settings", reason: "h2_flood", round: func(k *h2Attacker) { k.fr.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 4096}) }},
	{name: "priorities", reason: "h2_flood", round: func(k *h2Attacker) { k.fr.WritePriority(9, http2.PriorityParam{StreamDep: 7}) }},
	{name: "frames of no known type", reason: "h2_flood", round: func(k *h2Attacker) { k.fr.WriteRawFrame(0xb, 0xff, 3, []byte("junk")) }},
	{name: "dribbled windows", reason: "h2_flood", round: func(k *h2Attacker) { k.fr.WriteWindowUpdate(0, 1) }},
	{name: "empty data", reason: "h2_flood", round: func(k *h2Attacker) {
		if k.next == 1 {
			k.open(false, k.block("/"))
		}
		k.fr.WriteData(1, false, nil)
	}},
	{name: "windows of one octet", reason: "h2_flood", settings: []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 1}}, round: func(k *h2Attacker) {
		if k.next == 1 {
			k.open(true, k.block("/big"))
		}
		k.fr.WriteWindowUpdate(1, 1)
	}},
	{name: "no window for a hundred big answers", settings: []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 0}}, once: true, round: func(k *h2Attacker) {
		for range 100 {
			k.open(true, k.block("/big"))
		}
	}},
	{name: "a hundred bodies that never come", once: true, round: func(k *h2Attacker) {
		for range 100 {
			k.fr.WriteData(k.open(false, k.block("/", "content-length", "100000")), false, make([]byte, 100))
		}
	}},
}

// play attacks until the connection is cut, and returns how much was sent.
func (a *h2Attack) play(k *h2Attacker) (sent int64, err error) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		io.Copy(io.Discard, k.c)
	}()
	k.c.SetDeadline(time.Now().Add(4 * patience))
	for rounds := 0; ; rounds++ {
		if a.once && rounds > 0 {
			break
		}
		a.round(k)
		if k.out.Len() < 16<<10 && !a.once {
			continue
		}
		n, err := k.out.WriteTo(k.c)
		if sent += n; err != nil {
			break
		}
		if sent > 256<<20 {
			return sent, errors.New("it goes on for ever")
		}
	}
	<-gone
	var one [1]byte
	k.c.SetReadDeadline(time.Now().Add(patience))
	if _, err := k.c.Read(one[:]); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "closed") {
		return sent, fmt.Errorf("the connection is still there: %w", err)
	}
	return sent, nil
}

// TestHTTP2Attacks: whoever attacks is cut off and counted, what Weir holds stays bounded, and everybody else is served meanwhile.
func TestHTTP2Attacks(t *testing.T) {
	big := make([]byte, 8<<20)
	stop := make(chan struct{})
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			w.Write(big)
		case "/slow":
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		default:
			io.WriteString(w, "ok")
		}
	}))
	defer origin.Close()
	defer close(stop)
	dir := &tlsLab{dir: shortDir(t)}
	addr, _, p := dir.startProc(t, "weir", strings.ReplaceAll(h2AttackConf, "{{origin}}", origin.Listener.Addr().String()))
	client := h2cClient()
	get := func(path string) (string, error) {
		resp, err := client.Get("http://" + addr + path)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != 200 {
			err = errors.New(resp.Status)
		}
		return string(b), err
	}
	if _, err := get("/"); err != nil {
		t.Fatal(err)
	}
	rss := p.rss()
	var served atomic.Int64
	over := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			if body, err := get("/"); err != nil || body != "ok" {
				t.Errorf("somebody else got %q, %v", body, err)
				return
			}
			served.Add(1)
		}
	})
	for _, a := range h2Attacks {
		before := served.Load()
		was := faultCount(t, get, a.reason)
		began := time.Now()
		sent, err := a.play(newH2Attacker(t, addr, a.settings...))
		if err != nil {
			t.Errorf("%s: after %d bytes: %v", a.name, sent, err)
		}
		t.Logf("%s: cut after %d KB, %v", a.name, sent>>10, time.Since(began).Round(time.Millisecond))
		if a.reason != "" {
			if err := eventually(patience, func() error {
				if n := faultCount(t, get, a.reason); n != was+1 {
					return fmt.Errorf("%v is counted %d times; want once", a.reason, n-was)
				}
				return nil
			}); err != nil {
				t.Errorf("%s: %v", a.name, err)
			}
		}
		if err := eventually(patience, func() error {
			if served.Load() == before {
				return errors.New("nobody else is served")
			}
			return nil
		}); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		most := rss + 64<<20
		if raceEnabled {
			most += 256 << 20
		}
		if now := p.rss(); now > most {
			t.Errorf("%s: %d MiB are held; %d before", a.name, now>>20, rss>>20)
		}
	}
	close(over)
	others.Wait()
	t.Logf("%d requests of others; memory %d -> %d KiB", served.Load(), rss>>10, p.rss()>>10)
	if err := p.kill(); err != nil {
		t.Error(err)
	}
}

// faultCount is what weir_faults_total says of a reason.
func faultCount(t *testing.T, get func(string) (string, error), reason string) int {
	t.Helper()
	text, err := get("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, `weir_faults_total{reason="`+reason+`"} `); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				t.Fatal(line)
			}
			return n
		}
	}
	return 0
}

// h2cClient is Go's client, which knows beforehand that it is HTTP/2.
func h2cClient() *http.Client {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Timeout: 2 * patience, Transport: &http.Transport{Protocols: &p}}
}

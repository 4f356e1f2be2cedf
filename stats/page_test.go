package stats

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func labPage(rows []Row, opts PageOptions) string {
	opts.Now = labNow
	return string(Page(rows, labInfo(), opts))
}

func TestPageSays(t *testing.T) {
	page := labPage(labRows(), PageOptions{URI: "/stats", Refresh: 5 * time.Second, ShowNode: true, ShowDesc: true, Description: "a test box", Legends: true,
		ProxyTexts: map[string]string{labRows()[0].Proxy: "what it is for"}})
	for _, want := range []string{"idle = 93 %", "HAProxy version 2.6,", "uptime = 1d 2h03m04s", `content="5"`, "node n1", "<p>a test box</p>", " · what it is for</small>",
		`href="/stats;csv"`, `class="g s up"`, `class="g s down"`, `class="g s off"`, "127.0.0.1:18090", "Layer4 connection problem: Connection refused"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	plain := labPage(labRows(), PageOptions{URI: "/stats", HideVersion: true})
	for _, hidden := range []string{"9.9.9", "n1", "http-equiv", "127.0.0.1", "roundrobin"} {
		if strings.Contains(plain, hidden) {
			t.Errorf("%q is on a page that hides it", hidden)
		}
	}
	for _, outside := range []string{"<script", "src=", "url(", "@import", "//"} {
		if strings.Contains(strings.ReplaceAll(plain, "<!DOCTYPE html>", ""), outside) {
			t.Errorf("the page is not self-contained: %q", outside)
		}
	}
}

// Names and check texts come from configuration and from servers: they stay text.
func TestPageEscapes(t *testing.T) {
	rows := labRows()
	const evil = `"><script>alert(1)</script>&'`
	for i := range rows {
		rows[i].Proxy, rows[i].Name, rows[i].Status, rows[i].LastCheck, rows[i].Addr = evil, evil, evil, evil, evil
	}
	page := labPage(rows, PageOptions{URI: evil, ShowDesc: true, Description: evil, ShowNode: true, Node: evil, Admin: true, Legends: true, ProxyTexts: map[string]string{evil: evil}})
	if strings.Contains(page, "<script") || strings.Contains(page, evil) {
		t.Fatal("a name became markup")
	}
	// Nothing but the page's own markup opens a tag: as many as with harmless names.
	for i := range rows {
		rows[i].Proxy, rows[i].Name, rows[i].Status, rows[i].LastCheck, rows[i].Addr = "a", "a", "a", "a", "a"
	}
	harmless := labPage(rows, PageOptions{URI: "a", ShowDesc: true, Description: "a", ShowNode: true, Node: "a", Admin: true, Legends: true})
	if got, want := strings.Count(page, "<"), strings.Count(harmless, "<"); got != want {
		t.Fatalf("%d tags; want %d", got, want)
	}
}

func TestRenderPageFormats(t *testing.T) {
	src := newLab()
	f := func(suffix, wantType, wantPrefix string) string {
		t.Helper()
		ct, body := RenderPage(context.Background(), src, suffix, PageOptions{URI: "/s", Refresh: time.Second, Now: labNow})
		if ct != wantType || !strings.HasPrefix(string(body), wantPrefix) {
			t.Fatalf("%q: %s, %.60q; want %s, %q", suffix, ct, body, wantType, wantPrefix)
		}
		return string(body)
	}
	const text = "text/plain; charset=utf-8"
	f("", "text/html; charset=utf-8", "<!DOCTYPE html>")
	f(";csv", text, "# pxname,svname,qcur,")
	f(";csv;norefresh", text, "# pxname,svname,qcur,") // munin's
	f(";typed", text, "F.2.0.0.pxname.1:")
	if body := f(";json", "application/json", "[[{"); !json.Valid([]byte(body)) {
		t.Error("json is not JSON")
	}
	if body := f(";norefresh", "text/html; charset=utf-8", "<!"); strings.Contains(body, "http-equiv") {
		t.Error(";norefresh refreshes")
	}
	if body := f(";csv;up", text, "# "); strings.Contains(body, "be,s2,") || !strings.Contains(body, "be,s1,") {
		t.Error(";up shows a server that is down, or hides one that is up")
	}
	if body := f(";no-maint", "text/html; charset=utf-8", "<!"); strings.Contains(body, ">s3<") {
		t.Error(";no-maint shows maintenance")
	}
}

func TestPageEmpty(t *testing.T) {
	if page := string(Page(nil, Info{}, PageOptions{})); !strings.Contains(page, "no proxies") {
		t.Error("an empty process has no page")
	}
}

func TestPageTexts(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 1023: "1023", 1536: "1.5 KiB", 5 << 30: "5.0 GiB", 1<<64 - 1: "16.0 EiB"} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %q; want %q", n, got, want)
		}
	}
	for s, want := range map[int64]string{5: "5s", 65: "1m5s", 3700: "1h1m", 90000: "1d1h"} {
		if got := shortAge(s); got != want {
			t.Errorf("shortAge(%d) = %q; want %q", s, got, want)
		}
	}
	for status, want := range map[string]string{"UP": "s up", "UP 1/3": "s warn", "DOWN": "s down", "DOWN 1/2": "s down", "MAINT (via be/s1)": "s off", "no check": "s none", "DRAIN": "s off", "NOLB": "s warn", "OPEN": "s up"} {
		if got := statusClass(status); got != want {
			t.Errorf("statusClass(%q) = %q; want %q", status, got, want)
		}
	}
}

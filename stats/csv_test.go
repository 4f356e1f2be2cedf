package stats

import (
	"strings"
	"testing"
	"time"
)

// Rendering the rows of the recorded run gives what HAProxy printed, byte for byte.
func TestCSVEqualsHAProxy(t *testing.T) {
	want := strings.Split(recorded(t, "stat.csv"), "\n")
	got := strings.Split(strings.TrimRight(string(appendCSV(nil, labRows(), &view{now: labNow, legends: true})), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines; want %d", len(got), len(want))
	}
	names := strings.Split(want[0], ",")
	for i := range want {
		w := strings.Split(want[i], ",")
		g := strings.Split(got[i], ",")
		g = append(g[:len(w)-1:len(w)-1], "") // what comes behind "-" was recorded by itself
		if len(g) != len(w) {
			t.Fatalf("line %d has %d columns; want %d", i, len(g), len(w))
		}
		for c := range w {
			if g[c] != w[c] {
				t.Errorf("%s/%s: column %d %s = %q; HAProxy has %q", w[0], w[1], c, names[c], g[c], w[c])
			}
		}
	}
}

// The columns behind "-" are HAProxy's too, on the same rows; only bytes that were spliced are not told.
func TestExtraColumnsEqualHAProxy(t *testing.T) {
	front := Traffic{TLS: TLS{Sessions: 2}, HTTP2: HTTP2{Headers: 2, Settings: 6, Conns: 2, Streams: 2}, HTTP1: HTTP1{Conns: 2, Streams: 1, BytesIn: 144, BytesOut: 38}}
	rows := []Row{
		{Proxy: "f", Name: "FRONTEND", Type: RowFrontend, Mode: "http", Traffic: front},
		{Proxy: "f", Name: "plain", Type: RowListener, Mode: "http"},
		{Proxy: "f", Name: "tls", Type: RowListener, Mode: "http", Traffic: Traffic{TLS: TLS{Sessions: 2}}},
		{Proxy: "b", Name: "s1", Type: RowServer, Mode: "http", Traffic: Traffic{TLS: TLS{Sessions: 1}}},
		{Proxy: "b", Name: "BACKEND", Type: RowBackend, Mode: "http", Traffic: Traffic{TLS: TLS{Sessions: 1}, HTTP1: HTTP1{OpenConns: 1, Conns: 1, Streams: 1, BytesIn: 67, BytesOut: 80}}},
	}
	want := strings.Split(recorded(t, "stat_extra.csv"), "\n")
	got := strings.Split(strings.TrimRight(string(appendCSV(nil, rows, &view{now: labNow})), "\n"), "\n")
	for i := range want {
		cells := strings.Split(got[i], ",")
		line := strings.Join(append(cells[:2:2], cells[len(fixedFields)-1:]...), ",")
		if line != want[i] {
			t.Errorf("got  %s\nwant %s", line, want[i])
		}
	}
	shape := map[string]bool{}
	for _, line := range strings.Split(strings.TrimRight(string(appendTyped(nil, rows, &view{now: labNow})), "\n"), "\n") {
		if m := typedLine.FindStringSubmatch(line); m != nil && len(m[4]) == 3 {
			shape[m[1]+" "+m[4]+" "+m[5]+" "+m[6]+":"+m[7]] = true
		}
	}
	for line := range shape {
		if n := line[2:5]; n < "103" {
			delete(shape, line)
		}
	}
	compareShapes(t, shape, recorded(t, "stat_extra_shape.txt"))
}

func TestCSVHidesLegends(t *testing.T) {
	out := string(appendCSV(nil, labRows(), &view{now: labNow}))
	for _, secret := range []string{"127.0.0.1", "c1", "SRV", "roundrobin", "::1"} {
		if strings.Contains(out, secret) {
			t.Errorf("a user-level answer shows %q", secret)
		}
	}
}

func TestCSVCellQuoting(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := string(appendCSVCell(nil, str(text))); got != want {
			t.Fatalf("%q becomes %s; want %s", text, got, want)
		}
	}
	f("plain text", "plain text")
	f("a,b", `"a,b"`)
	f(`say "no"`, `"say ""no"""`)
	f("two\r\nlines\x00", "two  lines ") // a check's answer cannot forge a row
}

func TestInfoLines(t *testing.T) {
	info := labInfo()
	out := string(appendInfo(nil, &info, &view{now: labNow}))
	for _, line := range []string{"Name: HAProxy", "Version: 9.9.9", "Nbproc: 1", "Process_num: 1", "Pid: 42", "Uptime: 1d 2h03m04s", "Uptime_sec: 93784",
		"Maxconn: 200", "CurrConns: 3", "CumConns: 5", "Maxpipes: 0", "PipesUsed: 0", "Tasks: 0", "Run_queue: 0", "Idle_pct: 93", "node: n1", "description: a test box"} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("no line %q in:\n%s", line, out)
		}
	}
	if strings.Contains(out, "\n\n") {
		t.Error("an empty line inside an answer ends it")
	}
	described := string(appendInfo(nil, &info, &view{now: labNow, desc: true}))
	if !strings.Contains(described, "Pid: 42:\"process id\"\n") {
		t.Error("desc adds no description")
	}
}

// Every field that is shown is documented: help, typed desc and metrics rest on it.
func TestTablesAreComplete(t *testing.T) {
	names := map[string]bool{}
	for i := range statFields {
		f := &statFields[i]
		if names[f.name] {
			t.Errorf("column %s twice", f.name)
		}
		names[f.name] = true
		if f.doc == "" || f.name != "-" && (len(f.tags) != 3 || f.rows == "" || f.kind == kindNone) {
			t.Errorf("column %s lacks doc, tags, rows or kind", f.name)
		}
		for _, l := range f.metricRows {
			if !strings.ContainsRune(f.rows, l) {
				t.Errorf("column %s has a metric on %c rows, where the column is not", f.name, l)
			}
		}
	}
	for i := range infoFields {
		if f := &infoFields[i]; f.get != nil && f.doc == "" {
			t.Errorf("info %s lacks a doc", f.name)
		}
	}
}

func TestFieldKinds(t *testing.T) {
	rows := labRows()
	v := &view{now: labNow, legends: true}
	for i := range rows {
		for j := range statFields {
			f := &statFields[j]
			if c := f.value(&rows[i], v); c.kind != kindNone && c.kind != f.kind {
				t.Errorf("%s of %s/%s is %s; the table says %s", f.name, rows[i].Proxy, rows[i].Name, c.kind, f.kind)
			}
		}
	}
}

func TestSelection(t *testing.T) {
	f := func(s selection, want string) {
		t.Helper()
		var got []string
		for _, r := range s.pick(labRows()) {
			got = append(got, r.Proxy+"/"+r.Name)
		}
		if g := strings.Join(got, " "); g != want {
			t.Fatalf("%+v picks %q; want %q", s, g, want)
		}
	}
	f(selection{iid: 4, types: 4, sid: 1}, "be/s1")
	f(selection{iid: -1, types: 2, sid: -1}, "be/BACKEND btcp/BACKEND li/BACKEND")
	f(selection{iid: -1, types: 1 | 8, sid: -1}, "fe/FRONTEND fe/main fe/sock-2 ftcp/FRONTEND li/FRONTEND")
	f(selection{iid: 99, types: -1, sid: -1}, "")
	f(selection{iid: 4, types: -1, sid: -1, up: true}, "be/s1 be/s4 be/s5 be/s6 be/BACKEND")
	f(selection{iid: 4, types: -1, sid: -1, noMaint: true}, "be/s1 be/s2 be/s4 be/s5 be/s6 be/BACKEND")
}

func TestUptime(t *testing.T) {
	for s, want := range map[int64]string{0: "0d 0h00m00s", 5: "0d 0h00m05s", 86399: "0d 23h59m59s", 90061: "1d 1h01m01s"} {
		if got := uptime(s); got != want {
			t.Errorf("uptime(%d) = %q; want %q", s, got, want)
		}
	}
	if (&view{now: labNow}).ago(labNow.Add(time.Hour)) != 0 {
		t.Error("a time in the future is not 0 seconds ago")
	}
}

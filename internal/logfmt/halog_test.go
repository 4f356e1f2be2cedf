package logfmt

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"weir/internal/peer"
)

// TestHalog has HAProxy's own analyser read Weir's lines: what operators' scripts are built on.
func TestHalog(t *testing.T) {
	halog := peer.Need(t, "halog")
	var f Formatter
	var lines bytes.Buffer
	add := func(edit func(*Record)) {
		lines.WriteString("Nov 21 08:12:41 localhost weir[42]: ") // the five words that halog skips
		lines.Write(append(f.AppendHTTP(nil, sample(edit)), '\n'))
	}
	for range 7 {
		add(func(r *Record) { r.ReqHeaders, r.RespHeaders = nil, nil })
	}
	add(func(r *Record) { r.Server, r.Status, r.State = "srv2", 503, [4]byte{'S', 'C', '-', '-'} })
	add(func(r *Record) {
		r.Server, r.Status, r.TR, r.Request, r.State = "", 400, -1, nil, [4]byte{'P', 'R', '-', '-'}
	})
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(halog, args...)
		cmd.Stdin = bytes.NewReader(lines.Bytes())
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("halog %v: %v\n%s", args, err, stderr.String())
		}
		if s := stderr.String(); strings.Contains(s, "rror") || strings.Contains(s, "runcated") {
			t.Fatalf("halog %v: %s", args, s)
		}
		return string(out)
	}
	want := func(out string, rows ...string) {
		t.Helper()
		for _, row := range rows {
			found := false
			for line := range strings.Lines(out) {
				found = found || strings.HasPrefix(strings.Join(strings.Fields(line), " "), row)
			}
			if !found {
				t.Fatalf("no row %q in\n%s", row, out)
			}
		}
	}
	want(run("-q", "-st"), "200 7", "503 1", "400 1")
	want(run("-q", "-tc"), "-- 7", "SC 1", "PR 1")
	want(run("-q", "-srv"), "static/srv1 0 7", "static/srv2")
	want(run("-q", "-pct"), "100.0")
	want(run("-q", "-ut"), "8 0 552", "1 1 69") // by URL: count, errors, total time
}

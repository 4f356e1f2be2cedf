package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// answer serves one text to every "show info" on a unix socket.
func answer(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if line, err := bufio.NewReader(conn).ReadString('\n'); err == nil && line == "show info\n" {
				io.WriteString(conn, text)
			}
			conn.Close()
		}
	}()
	return path
}

func TestHealth(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer web.Close()
	f := func(env, args string, wantCode int, wantErr string) {
		t.Helper()
		t.Setenv("WEIR_HEALTH", env)
		code, _, err := weir(append([]string{"health"}, strings.Fields(args)...)...)
		if code != wantCode || !strings.Contains(err, wantErr) || (err == "") != (wantErr == "") {
			t.Fatalf("%q %s: code %d, %q; want %d, %q", env, args, code, err, wantCode, wantErr)
		}
	}
	good := answer(t, "Name: Weir\nVersion: 1\nStopping: 0\n\n")
	f("", "-s "+good, exitOK, "")
	f(good, "", exitOK, "")
	f("", "-s "+answer(t, "Name: Weir\nStopping: 1\n\n"), exitFail, "it is stopping")
	f("", "-s "+answer(t, "hello"), exitFail, `got "hello"; want the answer to "show info"`)
	f("", "-s "+good+".gone", exitFail, "no such file")
	f("", "-u "+web.URL+"/health", exitOK, "")
	f(web.URL+"/health", "", exitOK, "")
	f(web.URL+"/bad", "", exitFail, "503 Service Unavailable")
}

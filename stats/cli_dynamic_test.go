package stats

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func (l *lab) AddServer(_ context.Context, backend, server string, args []string) error {
	if backend != "be" {
		return ErrNoBackend
	}
	if len(args) == 0 {
		return errors.New("no address.")
	}
	l.note("add %s/%s %s", backend, server, strings.Join(args, " "))
	return nil
}

func (l *lab) DeleteServer(_ context.Context, backend, server string) error {
	if backend != "be" {
		return ErrNoBackend
	}
	l.note("del %s/%s", backend, server)
	return nil
}

func (l *lab) ServersConn(_ context.Context, backend string) []ServerConns {
	return []ServerConns{
		{Backend: "be", Server: "s1", BackendID: 3, ServerID: 1, Addr: netip.MustParseAddrPort("10.0.0.1:80"), Purge: 5 * time.Second, Used: 2, UsedMax: 7, Limit: -1, Idle: []int64{1, 4}},
		{Backend: "be", Server: "s2", BackendID: 3, ServerID: 2, Purge: time.Second, Limit: 10, Idle: []int64{0, 0}},
	}
}

func TestServerConns(t *testing.T) {
	rows := (&lab{}).ServersConn(context.Background(), "")
	for i, want := range []string{"be/s1 3/1 10.0.0.1 80 - 5000 2 7 2 0 5 -1 5 1 4", "be/s2 3/2 - 0 - 1000 0 0 0 0 0 10 0 0 0"} {
		if got := rows[i].String(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

func TestSeverity(t *testing.T) {
	f := func(s Severity, severity int, want string) {
		t.Helper()
		if got := string(s.mark(nil, severity)); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f(SeverityNone, severityError, "")
	f(SeverityNumber, severityError, "[3]: ")
	f(SeverityNumber, severityInfo, "[6]: ")
	f(SeverityString, severityError, "[err]: ")
	f(SeverityString, severityWarning, "[warning]: ")
	f(SeverityString, severityInfo, "[info]: ")
	for _, w := range severityWords {
		if got := severityWords[ParseSeverity(w)]; got != w {
			t.Errorf("%q is read as %q", w, got)
		}
	}
}

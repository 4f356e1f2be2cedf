package frontend

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/logsink"
)

// What a backend says of its servers reaches the section's log targets, at HAProxy's level.
func TestStateLog(t *testing.T) {
	out := &syncBuffer{}
	w := logsink.New(logsink.Options{Stdout: out})
	defer w.Close(waitTime)
	route, err := w.Route([]*conf.LogTarget{{Target: "stdout", Format: "short", Facility: "local0", Level: "notice"}}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	log := tee(zap.NewNop(), w, route)
	log.Warn("Server web/s1 is DOWN", zap.String("dropped", "field"))
	log.With(zap.Int("also", 1)).Info("Server web/s1 is UP")
	log.Error("backend web has no server available")
	log.Debug("nobody wants this")
	const want = "<1>Server web/s1 is DOWN\n<5>Server web/s1 is UP\n<0>backend web has no server available\n"
	eventually(t, "three lines are written", func() error {
		if strings.Count(out.String(), "\n") < 3 {
			return errors.New("fewer")
		}
		return nil
	})
	if got := out.String(); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got := tee(log, nil, route); got != log {
		t.Error("without a writer the log must be as it was")
	}
}

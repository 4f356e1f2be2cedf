package stats

import (
	"testing"
)

// "tune.cli.max-payload-size": what may follow "<<".
func TestMaxPayload(t *testing.T) {
	for _, c := range []struct{ limit, want int }{{0, maxPayload}, {100, 100}} {
		s := &cliSession{server: NewServer(ServerConfig{Payload: c.limit})}
		if got := s.maxPayload(); got != c.want {
			t.Errorf("%d: %d; want %d", c.limit, got, c.want)
		}
	}
}

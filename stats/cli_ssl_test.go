package stats

import "testing"

// Commands on certificates get their words and what follows their line, up to an empty one.
func TestSSLCommands(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelAdmin})
	f := func(in, want string) {
		t.Helper()
		if got := ask(t, path, in); got != want {
			t.Errorf("%q answers %q; want %q", in, got, want)
		}
	}
	f("show ssl cert a.pem\n", "show ssl cert [\"a.pem\"]\n\"\"\n\n")
	f("set ssl cert a.pem <<\n--\nx y\n\nshow info\n", "set ssl cert [\"a.pem\"]\n\"--\\nx y\"\n\n")
	f("commit ssl cert a.pem <<\nx\n\n", "This command takes no payload.\n\n")
}

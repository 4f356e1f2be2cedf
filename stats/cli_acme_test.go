package stats

import "testing"

func TestACMECommands(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelAdmin})
	f := func(in, want string) {
		t.Helper()
		if got := ask(t, path, in); got != want {
			t.Errorf("%q answers %q; want %q", in, got, want)
		}
	}
	f("acme status\n", "# certificate\tsection\na.pem\tle\n\n")
	f("acme renew a.pem\n", "The certificate is ordered now: 'acme status' tells what comes of it.\n\n")
	f("acme renew b.pem\n", "No acme section keeps that certificate (use 'acme status').\n\n")
	f("acme renew\n", "'acme renew' expects a certificate name.\n\n")
}

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
	f("acme challenge_ready a.pem domain two.example.com\n", "TXT records that are ready: 1. Others that are waited for: 2.\n\n")
	f("acme challenge_ready a.pem domain last.example.com\n", "All TXT records are ready: the authority looks for them now.\n\n")
	f("acme challenge_ready a.pem domain strange.example.com\n", "No order waits for a TXT record for that certificate and domain (use 'acme status').\n\n")
	f("acme challenge_ready a.pem two.example.com\n", "'acme challenge_ready' expects a certificate name, the word domain and a domain.\n\n")
	f("acme renew\n", "'acme renew' expects a certificate name.\n\n")
}

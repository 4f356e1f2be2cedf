// Package peer finds the programs that tests compare Weir with or drive it by (haproxy, nginx, node, chromium, socat).
//
//	haproxy := peer.Need(t, "haproxy")
//
// A test whose peer is not installed is skipped on a developer's machine, saying which package to install, and fails
// where CI=true, so that nothing goes untested without anybody noticing. It starts no program.
package peer

import (
	"os"
	"os/exec"
	"testing"
)

// packages are the Debian packages of the programs whose name differs.
var packages = map[string]string{"node": "nodejs", "npm": "npm", "halog": "haproxy", "testssl": "testssl.sh", "nghttp": "nghttp2-client", "h2load": "nghttp2-client", "pebble-challtestsrv": "pebble"}

// Need returns the path of the program.
func Need(t testing.TB, name string) string {
	t.Helper()
	path, err := find(name)
	if err == nil {
		return path
	}
	pkg := packages[name]
	if pkg == "" {
		pkg = name
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%q is not installed: with CI=true every peer must be there (Debian package %s)", name, pkg)
	}
	t.Skipf("%q is not installed: this comparison is left out (Debian package %s)", name, pkg)
	return ""
}

// find looks in the sbin folders too, which are not on every user's PATH.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, dir := range []string{"/usr/sbin/", "/sbin/", "/usr/local/sbin/"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(dir + name)
	}
	return path, err
}

package loop

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv("WEIR_LOOP_CHILD")]; ok {
		child()
		return
	}
	os.Exit(m.Run())
}

// children are what this test binary does when a test runs it again with WEIR_LOOP_CHILD set.
var children = map[string]func(){}

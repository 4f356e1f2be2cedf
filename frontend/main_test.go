package frontend

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// sideBySide is how many tests that may run beside each other do: most of their time is waiting, so that there are more than processors.
const sideBySide = 8

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		f.Value.Set(strconv.Itoa(max(sideBySide, runtime.GOMAXPROCS(0))))
	}
	os.Exit(m.Run())
}

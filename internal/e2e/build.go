package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

var built struct {
	sync.Once
	dir  string
	path string
	err  error
}

// weirBinary builds cmd/weir once per test process, with the race detector where the test has it. $WEIR names a
// ready-made binary instead.
func weirBinary() (string, error) {
	built.Do(func() {
		if built.path = os.Getenv("WEIR"); built.path != "" {
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "weir-e2e-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "weir")
		args := []string{"build", "-o", built.path}
		if raceEnabled {
			args = append(args, "-race")
		}
		if os.Getenv("WEIR_STUMBLE") != "" { // only a debug build does
			args = append(args, "-tags", "weirdebug")
		}
		out, err := exec.Command("go", append(args, "weir/cmd/weir")...).CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build weir/cmd/weir: %w\n%s", err, out)
		}
	})
	return built.path, built.err
}

// removeBinary undoes weirBinary; TestMain calls it.
func removeBinary() {
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
}

package main

import (
	"os"
	"runtime/debug"

	"weir/conf"
)

// gcPercent lets the heap grow to five times what is alive before it is collected. The live heap of a proxy is a few megabytes:
// at the runtime's own pace of 100 a burst of TLS handshakes would collect it hundreds of times a second.
const gcPercent = 400

// tuneRuntime sets what the Go runtime cannot know by itself. GOGC in the environment wins.
func tuneRuntime(*conf.Config) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

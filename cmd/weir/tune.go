package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"weir/conf"
)

// The live heap of a proxy is a few megabytes: at the runtime's own pace of 100 a burst of TLS handshakes would collect it hundreds of
// times a second. So it may grow to five times what is alive. With a hundred thousand idle TLS connections, though, what is alive is
// half a gigabyte, and five times that is memory for nothing: beyond gcSlack the pace follows what is alive.
const (
	gcMost  = 400
	gcLeast = 50
	// gcSlack is how much garbage there may be before the pace is quickened.
	gcSlack = 128 << 20
	// gcEvery is how often the pace is looked at.
	gcEvery = 5 * time.Second
)

// gcPace is the percentage for a live heap of so many bytes, in steps: changing it stops the world for a moment.
func gcPace(live uint64) int {
	pace := gcMost
	for pace > gcLeast && live/100*uint64(pace) > gcSlack {
		pace /= 2
	}
	return pace
}

// tuneRuntime sets what the Go runtime cannot know by itself. GOGC in the environment wins.
func tuneRuntime(*conf.Config) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcMost)
	go keepPace()
}

func keepPace() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	pace := gcMost
	for range time.Tick(gcEvery) {
		metrics.Read(sample)
		if now := gcPace(sample[0].Value.Uint64()); now != pace {
			pace = now
			debug.SetGCPercent(pace)
		}
	}
}

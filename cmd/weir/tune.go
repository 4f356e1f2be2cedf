package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The live heap of a proxy is a few megabytes: at the runtime's own pace of 100 a burst of TLS handshakes, or of clients that are cut
// off and come back, would collect it hundreds of times a second. A collection of so little lasts a millisecond and a half and shares the loop's processor
// meanwhile: every 15 ms it is the 99th percentile of what the others wait, every 60 ms it is not. So the heap may grow to 64 MB (the runtime's 4 MB times gcMost)
// before there is one. With a hundred thousand idle TLS connections, though, what is alive is half a gigabyte, and many times that is memory for nothing:
// beyond gcSlack the pace follows what is alive.
const (
	gcMost  = 1600
	gcLeast = 50
	// gcSlack is how much garbage there may be before the pace is quickened.
	gcSlack = 128 << 20
	// gcEvery is how often the pace is looked at.
	gcEvery = 5 * time.Second
	// quietAllocs is how much may be allocated between two looks of a process that is quiet.
	quietAllocs = 1 << 20
	// trimLeast is how much memory must be held for nothing before it is worth a collection to give it back.
	trimLeast = 8 << 20
)

// heapUse is what the runtime says of its heap, in bytes.
type heapUse struct {
	live   uint64 // after the last collection
	allocs uint64 // since the process began
	held   uint64 // of the system's memory
}

// trims reports whether memory is to be given back: what a burst of handshakes has left stays for good otherwise, since no collection
// comes where nothing is allocated. before is the look before this one.
func (u heapUse) trims(before heapUse) bool {
	return u.allocs-before.allocs < quietAllocs && u.held > u.live+u.live/2+trimLeast
}

// gcPace is the percentage for a live heap of so many bytes, in steps: changing it stops the world for a moment.
func gcPace(live uint64) int {
	pace := gcMost
	for pace > gcLeast && live/100*uint64(pace) > gcSlack {
		pace /= 2
	}
	return pace
}

// tuneRuntime sets what the Go runtime cannot know by itself. GOGC in the environment wins.
func tuneRuntime() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcMost)
	go keepPace()
}

func keepPace() {
	pace := gcMost
	before := readHeap()
	for range time.Tick(gcEvery) {
		u := readHeap()
		if now := gcPace(u.live); now != pace {
			pace = now
			debug.SetGCPercent(pace)
		}
		if u.trims(before) {
			debug.FreeOSMemory()
			u = readHeap()
		}
		before = u
	}
}

var heapSamples = []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
	{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}

// readHeap is called by keepPace alone.
func readHeap() heapUse {
	metrics.Read(heapSamples)
	v := func(i int) uint64 { return heapSamples[i].Value.Uint64() }
	return heapUse{live: v(0), allocs: v(1), held: v(2) + v(3) + v(4)}
}

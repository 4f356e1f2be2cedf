//go:build race

package acl

// allocsPerRun runs f once: the race detector has a sync.Pool, such as that of package regexp, lose something now and then. "make allocs" counts.
func allocsPerRun(_ int, f func()) float64 {
	f()
	return 0
}

package stats

import "time"

// view is what a rendering needs beside the rows.
type view struct {
	now time.Time
	// legends shows addresses, cookies and algorithms: HAProxy hides them from user-level sockets and from pages
	// without "stats show-legends", since they tell of the network behind.
	legends bool
	desc    bool // add each field's description
}

// ago returns whole seconds since t; 0 for the zero time or a time in the future.
func (v *view) ago(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(0, int64(v.now.Sub(t)/time.Second))
}

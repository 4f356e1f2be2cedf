package backend

import "sync/atomic"

// newStaticRR is round robin over a map that only a change of state makes anew: weights set while it runs are
// refused (Backend.static). The order is that of HAProxy's maps.
func newStaticRR(servers []*Server, turn *atomic.Uint64) *turns {
	return newTurns(servers, turn, mapOrder)
}

package backend

import "net/netip"

// Prioritize sets the class or the offset of the lease in a queue: lower classes come first, and within one who came first by a
// clock that the offset, in milliseconds, moves for this stream ("set-priority-class", "set-priority-offset"). A value out
// of HAProxy's range is the nearest in it.
func (ls *Lease) Prioritize(offset bool, v int64) {
	if offset {
		ls.Offset = int32(max(-maxOffset, min(v, maxOffset)))
		return
	}
	ls.Class = int32(max(-maxClass, min(v, maxClass)))
}

// key orders the lease in a queue that it enters now (milliseconds).
func (ls *Lease) key(now int64) int64 { return int64(ls.Class)<<classShift + now + int64(ls.Offset) }

// Forget undoes Prioritize and what was put in Socket: the lease's stream is over.
func (ls *Lease) Forget() {
	ls.Class, ls.Offset, ls.SNI, ls.Name = 0, 0, "", ""
	ls.Preface, ls.From = nil, netip.AddrPort{}
	ls.HTTP1, ls.Private = false, false
	ls.Socket.HasMark, ls.Socket.HasTOS = false, false
}

package frontend

import (
	"fmt"
	"slices"
	"strconv"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/message"
)

// asConfigured stands for the retries of the section.
const asConfigured = -1

// retryOn is "retry-on": after which failures a request is sent again.
type retryOn struct {
	connect, empty, junk, timeout bool
	statuses                      []int
}

// retryable are the statuses of "all-retryable-errors".
var retryable = []int{500, 502, 503, 504}

func newRetryOn(o *conf.RetryOn) (r retryOn, err error) {
	if o == nil {
		return retryOn{connect: true}, nil
	}
	for _, word := range o.On {
		switch word {
		case "none", "0rtt-rejected": // no early data is sent
		case "conn-failure":
			r.connect = true
		case "empty-response":
			r.empty = true
		case "junk-response":
			r.junk = true
		case "response-timeout":
			r.timeout = true
		case "all-retryable-errors":
			r.connect, r.empty, r.junk, r.timeout = true, true, true, true
			r.statuses = append(r.statuses, retryable...)
		default:
			n, err := strconv.Atoi(word)
			if err != nil || !slices.Contains(conf.RetryStatuses, n) {
				return r, fmt.Errorf("%s: retry-on: unknown event %q", o.Pos, word)
			}
			r.statuses = append(r.statuses, n)
		}
	}
	return r, nil
}

// repeats reports whether a request may be sent again after a server has had it.
func (r *retryOn) repeats() bool { return r.empty || r.junk || r.timeout || len(r.statuses) > 0 }

// retries is how often the stream may try again.
func (st *stream) retries() int {
	if n := st.set.retries; n != asConfigured {
		return n
	}
	return st.route.p.Retries
}

// keepForRetry has the window keep what is there of the request's body, where it may have to be sent again. A request that does
// not fit in a buffer is not. Over HTTP/2 it may have to be without any fault of the server's: its connection may be going away.
func (st *stream) keepForRetry() {
	if (st.route.retry.repeats() && !st.set.noL7 || st.lease.Multiplexed()) && st.tries == 0 {
		st.s.in.keep = true
	}
}

// repeatsAfter decides whether a request that a server has had is sent again after f.
func (st *stream) repeatsAfter(f *fault.Fault) bool {
	r := &st.route.retry
	if !st.s.in.keep || !r.repeats() || st.set.noL7 || st.req.Upgrade || st.req.MethodID == message.MethodConnect || st.tries >= st.retries() {
		return false
	}
	switch f {
	case fault.ServerAbortHeaders:
		return st.rec.nothingBack && r.empty || !st.rec.nothingBack && r.junk
	case fault.BadResponse:
		return r.junk
	case fault.ServerTimeoutHeaders:
		return r.timeout
	case fault.UnwantedStatus:
		return slices.Contains(r.statuses, st.resp.Status)
	}
	return false
}

// countRepeated counts the response errors of an attempt that is repeated: HAProxy counts what it has seen to be broken at once, silence and
// a connection that ends at the stream's end.
func (st *stream) countRepeated(f *fault.Fault) {
	reset := f == fault.ServerAbortHeaders && st.lease.Conn != nil && st.lease.Conn.Failed()
	if f == fault.BadResponse || reset {
		st.route.b.Counters(st.w.l).RespErrors++
		st.lease.Server.Counters(st.w.l).RespErrors++
	}
}

// rewind makes the window hold the request's body from its beginning.
func (st *stream) rewind() {
	if in := &st.s.in; in.keep {
		in.r = in.lo
	}
}

// Package h2attack speaks HTTP/2 as no client should: the attacks that a server of HTTP/2 has to stand.
//
//	for _, a := range h2attack.All {
//		k, err := h2attack.Dial(addr, a.Settings)
//		sent, err := a.Play(k, limits) // until k is cut off
//	}
//
// The tests hold Weir to them, and the benchmark measures what others feel of them. It judges nothing.
package h2attack

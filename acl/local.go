package acl

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"unsafe"
)

// localAddrs is this host's addresses as they were at first use; RefreshLocal reads them anew.
var (
	localAddrs atomic.Pointer[map[netip.Addr]bool]
	localOnce  sync.Once
)

// RefreshLocal reads the host's addresses for src_is_local and dst_is_local. It makes system calls: call it at load,
// not on a loop.
func RefreshLocal() error {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	m := map[netip.Addr]bool{}
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			m[p.Addr().Unmap().WithZone("")] = true
		}
	}
	localAddrs.Store(&m)
	return nil
}

func setLocal(a netip.AddrPort, s *Sample) bool {
	if !a.IsValid() {
		return false
	}
	ip := a.Addr().Unmap().WithZone("")
	if ip.IsLoopback() {
		return s.setBool(true)
	}
	localOnce.Do(func() {
		if localAddrs.Load() == nil {
			_ = RefreshLocal() // without the list only loopback is local
		}
	})
	m := localAddrs.Load()
	return s.setBool(m != nil && (*m)[ip])
}

// stringBytes is s as bytes, not copied. They must not be written to.
func stringBytes(s string) []byte {
	if s == "" {
		return []byte{}
	}
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

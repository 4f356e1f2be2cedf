package frontend

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/logsink"
	"weir/internal/message"
)

// route is a backend section as streams see it: its rules and settings beside the servers.
type route struct {
	b *backend.Backend
	p *conf.Proxy
	settings
	log         logsink.Route // the section's
	useServers  []useServer
	cookie      *persistence // nil = none
	badResponse captured
	tunnels     sync.Map  // tunnelKey -> *loop.TunnelOptions
	sendName    string    // "http-send-name-header", in lower case
	key         *acl.Expr // what is hashed ("balance hash", "balance rdp-cookie"); nil = nothing, or what the backend sees itself
	keyAsks     []*acl.Users
	rdp         *acl.Expr // the cookie of "persist rdp-cookie"; nil = none
}

func (px *Proxy) newRoute(p *conf.Proxy, b *backend.Backend) (*route, error) {
	r := &route{b: b, p: p, sendName: strings.ToLower(p.SendName)}
	// A listen section's rules are run once, as its frontend's.
	comp := px.compiler(p)
	var err error
	r.cookie, err = newPersistence(comp, p, b)
	err = errors.Join(err, px.settle(&r.settings, comp, p), r.compileUseServers(comp), r.compileServers(comp), r.compileKey(comp))
	if p.Kind&conf.Frontend == 0 {
		err = errors.Join(err, checkACLs(comp, p))
	}
	return r, err
}

// capture is one field whose value is logged.
type capture struct {
	id   message.FieldID
	name string
	len  int
}

// compileCaptures lays out the slots of a section's captures, in the order of its lines: "capture", "declare capture", and actions that name
// no slot, whose own of says.
func compileCaptures(p *conf.Proxy) (req, resp []capture, of map[*conf.CaptureSample]int) {
	type slot struct {
		pos  conf.Pos
		capt capture
		deed *conf.CaptureSample
	}
	var slots []slot
	for _, c := range p.Captures {
		if c.Cookie != "" {
			continue
		}
		name := strings.ToLower(c.Header)
		k := capture{id: message.Lookup(name), name: name, len: c.Len}
		if c.Response {
			resp = append(resp, k)
		} else {
			slots = append(slots, slot{c.Pos, k, nil})
		}
	}
	for _, r := range slices.Concat(p.TCPSessRules, p.TCPReqRules, p.HTTPReqRules) {
		if a, ok := r.Action.(*conf.CaptureSample); ok && a.Slot < 0 {
			slots = append(slots, slot{r.Pos, capture{len: a.Len}, a})
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return p.Pos.Order(a.pos, b.pos) })
	of = map[*conf.CaptureSample]int{}
	for i, s := range slots {
		req = append(req, s.capt)
		if s.deed != nil {
			of[s.deed] = i
		}
	}
	return req, resp, of
}

// collect appends the values of the captured fields to dst: nil for one that is not there. HAProxy takes the last.
func collect(dst [][]byte, cs []capture, f message.Fields, a *message.Arena) [][]byte {
	for i := range cs {
		v := f.Nth(cs[i].name, -1)
		if v != nil {
			v = a.Copy(v[:min(len(v), cs[i].len)])
		}
		dst = append(dst, v)
	}
	return dst
}

// forwardFor is "option forwardfor", compiled.
type forwardFor struct {
	id     message.FieldID
	name   string
	except []netip.Prefix
	ifNone bool
}

func newForwardFor(o *conf.ForwardFor, header string) (*forwardFor, error) {
	if o == nil {
		return nil, nil
	}
	name := o.Header
	if name == "" {
		name = header
	}
	f := &forwardFor{name: strings.ToLower(name), ifNone: o.IfNone}
	f.id = message.Lookup(f.name)
	var errs []error
	for _, s := range o.Except {
		n, err := parsePrefix(s)
		if err != nil {
			errs = append(errs, placed(o.Pos, err))
			continue
		}
		f.except = append(f.except, n)
	}
	return f, errors.Join(errs...)
}

func parsePrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// addForward puts an end of the client's connection into the request, where the backend or the frontend wants it. It appends a field of its
// own: what is there is somebody else's word. The backend's name goes before the frontend's; an address that either excepts is not told; and
// a field that is there is in the way only where both say so (HAProxy manual, "option forwardfor").
func addForward(be, fe *forwardFor, req *message.Request, end netip.Addr, a *message.Arena) {
	f := be
	if f == nil {
		f = fe
	}
	if f == nil || !end.IsValid() || be.excepts(end) || fe.excepts(end) {
		return
	}
	ifNone := (be == nil || be.ifNone) && (fe == nil || fe.ifNone)
	if ifNone && req.Fields.GetName(f.name) != nil {
		return
	}
	v := a.Seal(end.AppendTo(a.Open()))
	if f.id != message.Unknown {
		req.Fields.Add(f.id, v)
		return
	}
	req.Fields.AddBytes(a.CopyString(f.name), v)
}

func (f *forwardFor) excepts(end netip.Addr) bool {
	if f == nil {
		return false
	}
	for _, n := range f.except {
		if n.Contains(end) {
			return true
		}
	}
	return false
}

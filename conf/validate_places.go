package conf

// place is a set of the HTTP rule lists.
type place uint8

const (
	inRequest place = 1 << iota
	inResponse
	inAfter
	inBoth = inRequest | inResponse
	inHTTP = inBoth | inAfter
)

var placeNames = [...]struct {
	in   place
	name string
}{{inRequest, "http-request"}, {inResponse, "http-response"}, {inAfter, "http-after-response"}}

// placeOf is where HAProxy takes an action among the HTTP rules; 0 = nowhere.
func placeOf(a Action) place {
	switch a.(type) {
	case *Allow, *SetHeader, *AddHeader, *DelHeader, *ReplaceHeader, *SetVar, *SetVarFmt, *UnsetVar, *SetMap, *HeadersBin, *CaptureSample,
		*StrictMode, *SetLogLevel, *DoLog:
		return inHTTP
	case *SetStatus:
		return inResponse | inAfter
	case Unread: // told by whoever read it
		return inHTTP
	case *Deny, *Return, *Redirect, *WaitForBody, *Pause, *SetTimeout, *SetNice, *SetSocket, *SilentDrop:
		return inBoth
	case *SwitchMode, *Close, *Expect:
		return 0
	}
	return inRequest
}

// DefaultDenyResponse is the status of http-response deny.
const DefaultDenyResponse = 502

// places reports actions that stand in a list where they mean nothing, and gives a denied response its own status.
func (v *validator) places(p *Proxy) {
	for _, list := range []struct {
		in    place
		rules []*Rule
	}{{inRequest, p.HTTPReqRules}, {inResponse, p.HTTPRespRules}, {inAfter, p.HTTPAfterRules}} {
		for _, r := range list.rules {
			if d, ok := r.Action.(*Deny); ok && list.in == inResponse {
				setDefault(&d.Status, DefaultDenyResponse)
			}
			if in := placeOf(r.Action); in&list.in == 0 {
				v.misplaced(p, r, list.in, in)
			}
		}
	}
	for _, r := range p.TCPReqRules {
		if _, ok := r.Action.(*SwitchMode); ok && p.Kind&Frontend == 0 {
			e := Bad(r.Pos, v.path(p.Title(), "tcp-request content"), "%s is no action of a backend", v.actionName(r.Action))
			e.Want = []string{"it in a frontend or listen section"}
			v.add(e)
		}
	}
	for _, r := range p.HTTPRespRules {
		v.slotOnly(p, r, inResponse)
	}
	for _, r := range p.HTTPAfterRules {
		v.slotOnly(p, r, inAfter)
	}
}

func (v *validator) misplaced(p *Proxy, r *Rule, at, in place) {
	e := Bad(r.Pos, v.path(p.Title(), at.String()), "%s is no action of this list", v.actionName(r.Action))
	e.Want = []string{"it among the rules of " + in.String()}
	if in == 0 {
		e.Want = []string{"it among the tcp rules"}
	}
	v.add(e)
}

// slotOnly reports a capture without an id, which only requests have slots for.
func (v *validator) slotOnly(p *Proxy, r *Rule, at place) {
	if c, ok := r.Action.(*CaptureSample); ok && c.Slot < 0 {
		v.add(Bad(r.Pos, v.path(p.Title(), at.String())+" capture", "needs the id of a slot that declare capture has made"))
	}
}

// String names the lists.
func (in place) String() string {
	var names []string
	for _, n := range placeNames {
		if in&n.in != 0 {
			names = append(names, n.name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return orList(names)
}

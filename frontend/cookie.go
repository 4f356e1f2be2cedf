package frontend

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/message"
)

// Persistence by cookie ("cookie NAME ..."): the client brings back the name of the server that it was on.
//
//	request:  find the cookie ─► the server that it names ─► take the cookie out, or its prefix
//	response: the server's own cookie ─► rewrite, prefix or take out; insert one
//
// A backend without a cookie line pays one comparison for it.
type persistence struct {
	conf  *conf.Cookie
	attrs []byte // "; path=/; domain=..." of a cookie that is inserted
	names atomic.Pointer[cookieNames]
	rules []persistRule

	mu      sync.Mutex // guards what follows
	key     string
	dynamic bool
}

type persistRule struct {
	force bool
	cond  *acl.Cond
}

// cookieNames says which server has which name. It is immutable and replaced whole.
type cookieNames struct {
	server map[string]*backend.Server
	name   map[*backend.Server]string
}

func newPersistence(comp *acl.Compiler, p *conf.Proxy, b *backend.Backend) (*persistence, error) {
	c := p.Cookie
	if c == nil && len(p.PersistRules) == 0 {
		return nil, nil
	}
	if c == nil {
		c = &conf.Cookie{}
	}
	k := &persistence{conf: c, key: p.DynamicCookieKey, dynamic: c.Dynamic}
	var attrs strings.Builder
	attrs.WriteString("; path=/")
	for _, d := range c.Domains {
		attrs.WriteString("; domain=" + d)
	}
	if c.HTTPOnly {
		attrs.WriteString("; HttpOnly")
	}
	if c.Secure {
		attrs.WriteString("; Secure")
	}
	for _, a := range c.Attrs {
		attrs.WriteString("; " + a)
	}
	k.attrs = []byte(attrs.String())
	k.rename(b)
	at := comp.At(acl.InBackendReq)
	for _, r := range p.PersistRules {
		cond, err := at.Cond(r.Cond, p.ACLs)
		if err != nil {
			return nil, err
		}
		k.rules = append(k.rules, persistRule{r.Force, cond})
	}
	return k, nil
}

// rename gives every server its name: the one of its line, or one that is made of its address and the key. Of two servers with the
// same name the first is meant.
func (k *persistence) rename(b *backend.Backend) {
	n := &cookieNames{map[string]*backend.Server{}, map[*backend.Server]string{}}
	for _, s := range b.Servers() {
		name := s.Conf().Cookie
		if ap := s.Addr().AddrPort(); name == "" && k.dynamic && k.key != "" && ap.IsValid() {
			name = dynamicName(k.key, ap)
		}
		if name == "" {
			continue
		}
		n.name[s] = name
		if n.server[name] == nil {
			n.server[name] = s
		}
	}
	k.names.Store(n)
}

// dynamicName is the same on every balancer with the same key.
func dynamicName(key string, ap netip.AddrPort) string {
	return fmt.Sprintf("%016x", xxhash.Sum64String(key+"\x00"+ap.String()))
}

// SetDynamicCookie is "enable dynamic-cookie backend" and "disable dynamic-cookie backend".
func (px *Proxy) SetDynamicCookie(name string, on bool) bool {
	return px.changeCookies(name, func(k *persistence) { k.dynamic = on })
}

// SetDynamicCookieKey is "set dynamic-cookie-key backend".
func (px *Proxy) SetDynamicCookieKey(name, key string) bool {
	return px.changeCookies(name, func(k *persistence) { k.key = key })
}

// changeCookies is false where the backend has no cookie, or is not there.
func (px *Proxy) changeCookies(name string, fn func(*persistence)) bool {
	r := px.routes[name]
	if r == nil || r.cookie == nil || r.cookie.conf.Name == "" {
		return false
	}
	k := r.cookie
	k.mu.Lock()
	defer k.mu.Unlock()
	fn(k)
	k.rename(r.b)
	return true
}

// The letters of a log line for the client's cookie and the server's (HAProxy's manual, 8.5).
const (
	cookieNone    = 'N'
	cookieInvalid = 'I' // it names no server
	cookieDown    = 'D' // ... one that is down
	cookieValid   = 'V'
	cookieExpired = 'E'
	cookieOld     = 'O'
	cookieUnused  = 'U' // another server was chosen all the same

	setNone      = 'N'
	setInserted  = 'I'
	setUpdated   = 'U' // a new date
	setProvided  = 'P' // the server's, left as it is
	setRewritten = 'R'
	setDeleted   = 'D'
)

// stay is what is known of a stream's persistence.
type stay struct {
	server      *backend.Server // that the cookie names; nil = none
	seen        byte            // a letter of the client's cookie; 0 = no cookie was looked for
	set         byte            // ... of the server's
	dated       bool            // it came with a date
	last, first int64           // dates in units of cookieTick; 0 = none
	forced      bool            // by force-persist or option persist
	ignored     bool            // by ignore-persist
	foundSet    bool            // the server set the cookie
}

// seekServer looks for the client's cookie, and gives the server's side its due: the cookie is taken out, or its prefix.
func (st *stream) seekServer() {
	k := st.route.cookie
	v := &st.visit
	v.forced = st.route.p.Persist
	for i := range k.rules {
		if k.rules[i].cond.Match(&st.ctx) {
			v.forced, v.ignored = k.rules[i].force || v.forced, !k.rules[i].force
			break
		}
	}
	if k.conf.Name == "" {
		return
	}
	v.seen, v.set = cookieNone, setNone
	remove := k.conf.Mode == conf.CookieInsert && k.conf.Indirect
	emptied := false
	for i := range st.req.Fields {
		f := &st.req.Fields[i]
		if f.ID != message.Cookie {
			continue
		}
		found := st.readCookies(k, f.Value)
		switch {
		case found && remove:
			f.Value = st.arena.Seal(appendWithout(st.arena.Open(), f.Value, k.conf.Name))
			emptied = emptied || len(f.Value) == 0
		case found && k.conf.Mode == conf.CookiePrefix:
			f.Value = st.arena.Seal(appendUnprefixed(st.arena.Open(), f.Value, k.conf.Name))
		}
	}
	if emptied {
		st.req.Fields.DelFunc(func(f *message.Field) bool { return f.ID == message.Cookie && len(f.Value) == 0 })
	}
}

// readCookies looks at the cookies of a field and reports whether ours is there. The first one counts.
func (st *stream) readCookies(k *persistence, value []byte) (found bool) {
	for rest := value; rest != nil; {
		var pair []byte
		pair, rest = cutPair(rest)
		name, val, ok := splitPair(pair)
		if !ok || string(name) != k.conf.Name {
			continue
		}
		if found = true; st.visit.seen == cookieNone {
			st.judgeCookie(k, val)
		}
	}
	return found
}

// judgeCookie finds the server that a value names.
func (st *stream) judgeCookie(k *persistence, val []byte) {
	v := &st.visit
	if k.conf.Mode == conf.CookiePrefix {
		val, _ = cutPrefix(val)
	} else if name, dates, dated := cutDates(val); dated {
		val = name
		v.last, v.first, v.dated = parseDates(dates)
	}
	srv := k.names.Load().server[string(val)]
	now := cookieNow(st.w.l.Wall())
	switch {
	case v.ignored:
		v.seen = cookieUnused
	case tooOld(v.first, k.conf.MaxLife, now):
		v.seen, v.first = cookieOld, 0
	case tooOld(v.last, k.conf.MaxIdle, now):
		v.seen, v.first = cookieExpired, 0
	case srv == nil:
		v.seen = cookieInvalid
	case !srv.Persists():
		v.seen = cookieDown
		if v.forced {
			v.server = srv
		}
	default:
		v.seen, v.server = cookieValid, srv
	}
}

// markUnused notes that another server than the cookie's was chosen.
func (v *stay) markUnused(srv *backend.Server) {
	if v.server != nil && srv != v.server && v.seen == cookieValid {
		v.seen = cookieUnused
	}
}

// missed notes that the cookie's server could not be reached and another one is asked.
func (v *stay) missed(srv *backend.Server) {
	if srv == v.server && v.seen == cookieValid {
		v.seen = cookieDown
	}
}

// letters are the last two of the termination state. A cookie that is only read has none.
func (st *stream) cookieLetters() (seen, set byte) {
	r := st.route
	if r == nil {
		r = st.fe().px.routes[st.fe().p.Name] // the rules of a listen section are its backend's
	}
	if r == nil || r.cookie == nil || !st.begun {
		return '-', '-'
	}
	if c := r.cookie.conf; c.Mode == conf.CookieRead && !c.Indirect {
		return '-', '-'
	}
	if st.visit.seen == 0 { // answered before anybody has looked
		return cookieNone, setNone
	}
	return st.visit.seen, st.visit.set
}

package frontend

import (
	"bytes"

	"weir/conf"
	"weir/internal/message"
)

// keepServer is the response's side: what becomes of the server's own cookie, and whether the client gets one.
func (st *stream) keepServer() {
	k := st.route.cookie
	if k.conf.Name == "" || st.visit.ignored {
		return
	}
	st.ownCookie(k)
	if srv := st.lease.Server; k.conf.Mode == conf.CookieInsert && (srv == nil || !srv.Outside()) {
		st.insertCookie(k)
	}
	st.rec.cookie[0], st.rec.cookie[1] = st.cookieLetters() // a tunnel outlives its stream
}

// ownCookie looks for the cookie that the server sets: it is rewritten, prefixed, taken out, or left as it is.
func (st *stream) ownCookie(k *persistence) {
	c, v := k.conf, &st.visit
	if c.Mode == conf.CookieRead && !c.Indirect {
		return
	}
	drop := false
	for i := range st.resp.Fields {
		f := &st.resp.Fields[i]
		if f.ID != message.SetCookie {
			continue
		}
		pair, _ := cutPair(f.Value)
		name, val, ok := splitPair(pair)
		if !ok || string(name) != c.Name {
			continue
		}
		v.foundSet = true
		mine := k.names.Load().name[st.lease.Server]
		switch known := v.server != nil && v.server == st.lease.Server; {
		case c.Preserve:
			v.set = setProvided
		case c.Mode == conf.CookieInsert || c.Indirect && known:
			f.Value, drop = nil, true
			v.set = setDeleted
		case c.Mode == conf.CookieRewrite && mine != "":
			f.Value = st.replaceValue(f.Value, val, mine, "")
			v.set = setRewritten
		case c.Mode == conf.CookiePrefix && mine != "":
			f.Value = st.replaceValue(f.Value, val, mine, string(prefixEnd))
			v.set = setRewritten
		default:
			v.set = setProvided
		}
	}
	if drop {
		st.resp.Fields.DelFunc(func(f *message.Field) bool { return f.ID == message.SetCookie && f.Value == nil })
	}
}

// replaceValue puts the server's name in place of a cookie's value, or with sep before it.
func (st *stream) replaceValue(field, val []byte, mine, sep string) []byte {
	at := bytes.IndexByte(field, '=') + 1
	end := at + bytes.Index(field[at:], val) + len(val)
	b := append(st.arena.Open(), field[:at]...)
	b = append(append(b, mine...), sep...)
	if sep != "" {
		b = append(b, val...)
	}
	return st.arena.Seal(append(b, field[end:]...))
}

// insertCookie gives the client the name of its server, unless it has brought that very one and its dates are right.
func (st *stream) insertCookie(k *persistence) {
	c, v, srv := k.conf, &st.visit, st.lease.Server
	if c.PostOnly && st.asked != message.MethodPost || v.foundSet && c.Preserve {
		return
	}
	now := cookieNow(st.w.l.Wall())
	fresh := v.server == srv && v.server != nil
	if fresh && !st.staleDates(k, now) {
		return
	}
	mine := k.names.Load().name[srv]
	b := append(append(st.arena.Open(), c.Name...), '=')
	if mine == "" { // no cookie may lead here
		if fresh {
			return
		}
		b = append(b, "; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"...)
	} else {
		b = append(st.appendDates(append(b, mine...), k, now), k.attrs...)
	}
	if v.set = setInserted; fresh {
		v.set = setUpdated
	}
	st.resp.Fields.Add(message.SetCookie, st.arena.Seal(b))
	if c.NoCache && cacheable(&st.resp, st.asked) {
		st.resp.Fields.Add(message.CacheControl, cachePrivate)
	}
}

var cachePrivate = []byte("private")

// staleDates reports whether a cookie that names the right server needs new dates.
func (st *stream) staleDates(k *persistence, now int64) bool {
	c, v := k.conf, &st.visit
	if c.MaxIdle > 0 || c.MaxLife > 0 {
		return v.last != now || c.MaxLife > 0 && v.first == 0
	}
	return v.dated // a date that nobody asks for
}

func (st *stream) appendDates(b []byte, k *persistence, now int64) []byte {
	c := k.conf
	if c.MaxIdle <= 0 && c.MaxLife <= 0 {
		return b
	}
	b = appendDate(append(b, '|'), now)
	if c.MaxLife > 0 {
		first := st.visit.first
		if first == 0 {
			first = now
		}
		b = appendDate(append(b, '|'), first)
	}
	return b
}

package message

// Values walks the comma-separated values of every field of one name, as req.hdr and ACLs do:
//
//	for it := fields.Values("accept"); it.Next(); {
//		use(it.Value())
//	}
//
// A comma in a quoted string separates nothing (RFC 9110, 5.6.4); white space around a value is not part of it.
// "a,,b" has three values and an empty field one empty value, as in HAProxy 2.6.
type Values struct {
	fields Fields
	name   string
	id     FieldID
	inList bool   // rest is what follows a comma
	rest   []byte // of the field that is being walked
	value  []byte
}

// Values starts a walk; it allocates nothing and stays valid while the fields do.
func (f Fields) Values(name string) Values {
	return Values{fields: f, name: name, id: Lookup(name)}
}

// Next steps to the next value; false at the end.
func (v *Values) Next() bool {
	for !v.inList {
		if len(v.fields) == 0 {
			return false
		}
		e := &v.fields[0]
		v.fields = v.fields[1:]
		if e.Is(v.id, v.name) {
			v.rest, v.inList = e.Value, true
		}
	}
	v.value, v.rest, v.inList = NextValue(v.rest)
	return true
}

// Value is the current value.
func (v *Values) Value() []byte { return v.value }

// NextValue cuts the first value off a comma-separated list; more is false when there was no comma after it.
func NextValue(list []byte) (value, rest []byte, more bool) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			return TrimOWS(list[:i]), list[i+1:], true
		}
	}
	return TrimOWS(list), nil, false
}

// TrimOWS cuts spaces and tabs off both ends (RFC 9110, 5.6.3).
func TrimOWS(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// CountValues is the number of values in every field of this name (req.hdr_cnt).
func (f Fields) CountValues(name string) int {
	n := 0
	for it := f.Values(name); it.Next(); {
		n++
	}
	return n
}

// NthValue is one comma-separated value (req.hdr): 1 is the first, -1 the last, 0 the last too; nil when there is none.
func (f Fields) NthValue(name string, occ int) []byte {
	if occ == 0 {
		occ = -1
	}
	if occ < 0 {
		occ += f.CountValues(name) + 1
	}
	if occ <= 0 {
		return nil
	}
	for it := f.Values(name); it.Next(); {
		if occ--; occ == 0 {
			return it.Value()
		}
	}
	return nil
}

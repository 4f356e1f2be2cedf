package message

import "bytes"

// Fields is a list of header fields in message order.
//
// Names are lower case everywhere. Values and names that are given to Set and Add are kept, not copied: they
// must live as long as the message (see Arena). Control characters in a value become spaces.
type Fields []Field

// Get is the value of the first field with this id; nil when there is none, empty but not nil when it has no value.
func (f Fields) Get(id FieldID) []byte {
	for i := range f {
		if f[i].ID == id {
			return f[i].Value
		}
	}
	return nil
}

// GetName is Get for any name.
func (f Fields) GetName(name string) []byte {
	if id := Lookup(name); id != Unknown {
		return f.Get(id)
	}
	for i := range f {
		if f[i].ID == Unknown && string(f[i].Name) == name {
			return f[i].Value
		}
	}
	return nil
}

// Is reports whether the field has this name; id is Lookup(name).
func (f *Field) Is(id FieldID, name string) bool {
	return f.ID == id && (id != Unknown || string(f.Name) == name)
}

// Count is the number of fields with this name, each counted once whatever it lists (req.fhdr_cnt).
func (f Fields) Count(name string) int {
	id, n := Lookup(name), 0
	for i := range f {
		if f[i].Is(id, name) {
			n++
		}
	}
	return n
}

// Nth is the whole value of an occurrence of a field (req.fhdr): 1 is the first, -1 the last, 0 the last too.
// It is nil when there is no such occurrence.
func (f Fields) Nth(name string, occ int) []byte {
	id := Lookup(name)
	if occ <= 0 {
		for i := len(f) - 1; i >= 0; i-- {
			if f[i].Is(id, name) {
				if occ++; occ >= 0 {
					return f[i].Value
				}
			}
		}
		return nil
	}
	for i := range f {
		if f[i].Is(id, name) {
			if occ--; occ == 0 {
				return f[i].Value
			}
		}
	}
	return nil
}

// Set leaves exactly one field with this id and value, at the place of the first one or at the end.
func (f *Fields) Set(id FieldID, value []byte) { f.set(id, id.String(), nil, value) }

// SetName is Set for any name.
func (f *Fields) SetName(name string, value []byte) { f.set(Lookup(name), name, nil, value) }

// SetBytes is Set for a name that is in a buffer or an arena: it does not copy it.
func (f *Fields) SetBytes(name, value []byte) { f.set(Lookup(name), "", name, value) }

// set takes the name as a string or as bytes: only one that has no id and comes as a string must be copied.
func (f *Fields) set(id FieldID, name string, raw, value []byte) {
	keep := -1
	f.DelFunc(func(e *Field) bool {
		if e.ID != id || id == Unknown && string(e.Name) != name && string(e.Name) != string(raw) {
			return false
		}
		if keep < 0 {
			keep = 0
			// A new value is the rule's, not the peer's: what the peer nominated no longer holds for it.
			e.Value, e.Hop = clean(value), false
			return false
		}
		return true
	})
	if keep < 0 {
		f.add(id, name, raw, value)
	}
}

// Add appends a field after those of the same name.
func (f *Fields) Add(id FieldID, value []byte) { f.add(id, "", nil, value) }

// AddName is Add for any name. A name without an id is copied to the heap: AddBytes does without.
func (f *Fields) AddName(name string, value []byte) { f.add(Lookup(name), name, nil, value) }

// AddBytes is Add for a name that is in a buffer or an arena: it does not copy it.
func (f *Fields) AddBytes(name, value []byte) { f.add(Lookup(name), "", name, value) }

func (f *Fields) add(id FieldID, name string, raw, value []byte) {
	switch {
	case id != Unknown:
		raw = fieldBytes[id]
	case raw == nil:
		raw = []byte(name)
	}
	*f = append(*f, Field{Name: raw, Value: clean(value), ID: id})
}

// Del removes every field with this id and says how many there were.
func (f *Fields) Del(id FieldID) int {
	return f.DelFunc(func(e *Field) bool { return e.ID == id })
}

// DelName is Del for any name.
func (f *Fields) DelName(name string) int {
	id := Lookup(name)
	return f.DelFunc(func(e *Field) bool { return e.Is(id, name) })
}

// Append appends a field as it is. Its ID must be that of its name, its name in lower case and its value free of control characters
// but HTAB; a nil value becomes an empty one.
func (f *Fields) Append(e Field) {
	if e.Value == nil {
		e.Value = emptyValue
	}
	*f = append(*f, e)
}

// DelSame removes every field of a name, whose id is Lookup(name). It is DelFunc without a call per field: rules that set and delete fields live on it.
func (f *Fields) DelSame(id FieldID, name []byte) {
	s := *f
	for i := range s {
		if s[i].ID != id || id == Unknown && !bytes.Equal(s[i].Name, name) {
			continue
		}
		f.DelFunc(func(e *Field) bool { return e.ID == id && (id != Unknown || bytes.Equal(e.Name, name)) })
		return
	}
}

// DelFunc removes the fields for which del is true, in order, and says how many there were.
func (f *Fields) DelFunc(del func(*Field) bool) int {
	s, n := *f, 0
	for i := range s {
		if del(&s[i]) {
			continue
		}
		if n != i {
			s[n] = s[i]
		}
		n++
	}
	*f = s[:n]
	return len(s) - n
}

var emptyValue = []byte{}

// clean is what keeps a rule from splitting a message: a value that it made from a request (say, a decoded URL with
// %0d%0a in it) has every control character but HTAB replaced by a space in a copy (RFC 9110, 5.5). A good value is
// returned as it is, never nil.
func clean(value []byte) []byte {
	for i, c := range value {
		if isControl(c) {
			return replaceControls(append([]byte(nil), value...), i)
		}
	}
	if value == nil {
		return emptyValue
	}
	return value
}

func replaceControls(b []byte, from int) []byte {
	for i := from; i < len(b); i++ {
		if isControl(b[i]) {
			b[i] = ' '
		}
	}
	return b
}

func isControl(c byte) bool { return c < 0x20 && c != '\t' || c == 0x7f }

// fieldBytes are the names of the table as bytes, shared by every field that a rule adds. Read only.
var fieldBytes = makeFieldBytes()

func makeFieldBytes() (t [numFields][]byte) {
	for id := range t {
		t[id] = []byte(fieldNames[id])
	}
	return t
}

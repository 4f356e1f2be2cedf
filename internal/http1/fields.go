package http1

import "weir/internal/message"

// head is what the fields say about the message itself, gathered while they are parsed. A count tells "absent",
// "once" and "more than once" apart; the value is that of the last one.
type head struct {
	hosts, lengths, codings, expects, connections, upgrades int

	length, coding, expect, upgrade []byte

	lax      bool   // see lax.go
	forgiven *Error // the first fault that was passed over
}

// note keeps the fields that decide on framing and connection.
func (h *head) note(id message.FieldID, value []byte) {
	switch id {
	case message.Host:
		h.hosts++
	case message.ContentLength:
		h.lengths++
		h.length = value
	case message.TransferEncoding:
		h.codings++
		h.coding = value
	case message.Connection:
		h.connections++
	case message.Upgrade:
		h.upgrades++
		h.upgrade = value
	case message.Expect:
		h.expects++
		h.expect = value
	}
}

// parseFields parses the field lines from buf[i] to the empty line and returns the index after it.
func parseFields(buf []byte, i int, fields *message.Fields, max int, h *head) (int, error) {
	first, names := i, h.names()
	for {
		name, err := scanName(buf, i, names)
		if err != nil || name == i {
			return endOfFields(buf, i, i == first, err)
		}
		if len(*fields) >= max {
			return 0, ErrTooManyFields
		}
		value := name + 1
		for value < len(buf) && (buf[value] == ' ' || buf[value] == '\t') {
			value++
		}
		end := scanValue(buf, value)
		next, err := lineEnd(buf, end, ErrValueChar)
		if err != nil {
			return 0, err
		}
		for end > value && (buf[end-1] == ' ' || buf[end-1] == '\t') {
			end--
		}
		f := message.Field{Name: buf[i:name:name], Value: buf[value:end:end], ID: message.Lookup(buf[i:name])}
		*fields = append(*fields, f)
		if h.lax {
			h.checkName(f.Name)
		}
		h.note(f.ID, f.Value)
		i = next
	}
}

// scanName folds the name that begins at i to lower case and returns the index of its colon, or i at the end of the fields.
func scanName(buf []byte, i int, names *[256]byte) (int, error) {
	start := i
	for ; i < len(buf); i++ {
		c := names[buf[i]]
		if c == 0 {
			if buf[i] != ':' || i == start || i-start > maxName {
				return start, nameError(buf[i], i-start)
			}
			return i, nil
		}
		buf[i] = c
	}
	if i-start > maxName {
		return start, ErrLongName
	}
	return start, ErrIncomplete
}

// nameError says what is wrong with a name of n octets that c ends. nil means that c is the CR of the empty line.
func nameError(c byte, n int) error {
	switch {
	case n > maxName:
		return ErrLongName
	case c == '\r' && n == 0:
		return nil
	case c == '\n' && n == 0:
		return ErrBareLF
	case c == '\r' || c == '\n':
		return ErrNoColon
	case c == ':':
		return ErrEmptyName // CVE-2023-25725: an empty name ended the list for one parser and not for the next
	case c == ' ' || c == '\t':
		return ErrNameSpace
	}
	return ErrNameChar
}

// endOfFields ends the field lines at i, where no field begins.
func endOfFields(buf []byte, i int, first bool, err error) (int, error) {
	if err == nil {
		return lineEnd(buf, i, ErrNoColon)
	}
	if err == ErrNameSpace && (buf[i] == ' ' || buf[i] == '\t') {
		// RFC 9112, 2.2 (before the first field) and 5.2. HAProxy 2.6 unfolds and goes on.
		if first {
			return 0, ErrLeadingSpace
		}
		return 0, ErrFold
	}
	return 0, err
}

// lineEnd is the index after the CRLF that must stand at i; other is the error for an octet that ends no line.
func lineEnd(buf []byte, i int, other *Error) (int, error) {
	if i+1 < len(buf) && buf[i] == '\r' && buf[i+1] == '\n' {
		return i + 2, nil
	}
	switch {
	case i >= len(buf):
		return 0, ErrIncomplete
	case buf[i] == '\n':
		return 0, ErrBareLF // RFC 9112, 2.2 lets a recipient take it; so does HAProxy 2.6. Not every peer does.
	case buf[i] != '\r':
		return 0, other
	case i+1 == len(buf):
		return 0, ErrIncomplete
	}
	return 0, ErrBareCR
}

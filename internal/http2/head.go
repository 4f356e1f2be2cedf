package http2

import (
	"strings"

	"golang.org/x/net/http2/hpack"
)

// Head is the head of a request or a response, or a trailer section, as the peer sent it. Its strings are immutable and may be kept.
type Head struct {
	Method, Scheme, Authority, Path string
	Protocol                        string // of an extended CONNECT (RFC 8441)
	Status                          int    // of a response
	// Fields are in their order, pseudo-header fields apart; Host among them equals Authority where both are there.
	Fields []hpack.HeaderField
	// Length is Content-Length; -1 = there is none.
	Length int64

	seen     uint8 // pseudo-header fields
	regular  bool  // a field that is none has come
	trailers bool
	response bool
	host     string
	bytes    int
	count    int    // fields, of every kind
	fault    string // why it is malformed; "" = it is not
	large    bool   // beyond the limits
}

const (
	seenMethod = 1 << iota
	seenScheme
	seenAuthority
	seenPath
	seenProtocol
)

func (h *Head) reset(trailers bool) {
	*h = Head{Fields: h.Fields[:0], Length: -1, trailers: trailers}
}

// field takes one field of the block. After the first fault nothing is kept, but the decoder goes on: its table must stay in step.
func (h *Head) field(f hpack.HeaderField, maxBytes, maxFields int) {
	h.bytes += len(f.Name) + len(f.Value) + 4 // as HTTP/1 writes it
	h.count++
	switch {
	case h.fault != "" || h.large:
	case h.bytes > maxBytes || len(h.Fields) >= maxFields:
		h.large = true
	case strings.HasPrefix(f.Name, ":"):
		h.pseudo(f.Name, f.Value)
	default:
		h.regular = true
		h.plain(f)
	}
}

// HasAuthority reports whether the request came with :authority, and not with a Host alone.
func (h *Head) HasAuthority() bool { return h.seen&seenAuthority != 0 }

// bad notes the first fault.
func (h *Head) bad(fault string) {
	if h.fault == "" {
		h.fault = fault
	}
}

// pseudo takes a pseudo-header field (RFC 9113, 8.3).
func (h *Head) pseudo(name, value string) {
	if h.trailers || h.regular {
		h.bad("pseudo_header_late")
		return
	}
	if h.response {
		h.status(name, value)
		return
	}
	var bit uint8
	switch name {
	case ":method":
		bit, h.Method = seenMethod, value
	case ":scheme":
		bit, h.Scheme = seenScheme, value
	case ":authority":
		bit, h.Authority = seenAuthority, value
	case ":path":
		bit, h.Path = seenPath, value
	case ":protocol":
		bit, h.Protocol = seenProtocol, value
	default:
		h.bad("pseudo_header_unknown")
		return
	}
	if h.seen&bit != 0 {
		h.bad("pseudo_header_twice")
	}
	h.seen |= bit
	if !visible(value) {
		h.bad("pseudo_header_value")
	}
}

// status takes the one pseudo-header field of a response (RFC 9113, 8.3.2).
func (h *Head) status(name, value string) {
	switch {
	case name != ":status":
		h.bad("pseudo_header_unknown")
	case h.Status != 0:
		h.bad("pseudo_header_twice")
	case len(value) != 3 || value[0] < '1' || value[0] > '9' || value[1]-'0' > 9 || value[2]-'0' > 9:
		h.bad("status")
	default:
		h.Status = int(value[0]-'0')*100 + int(value[1]-'0')*10 + int(value[2]-'0')
	}
}

// visible reports whether s is made of printable ASCII without spaces: what may stand in a request line (RFC 9112, 3).
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// plain takes a field that is no pseudo-header (RFC 9113, 8.2).
func (h *Head) plain(f hpack.HeaderField) {
	switch {
	case !validName(f.Name):
		h.bad("field_name")
	case !validValue(f.Value) && !(h.response && validValue(strings.Trim(f.Value, " \t"))):
		// White space around a value is malformed too, but servers do send it, and whoever reads HTTP/1 drops it.
		h.bad("field_value")
	}
	switch f.Name {
	case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
		h.bad("connection_field") // RFC 9113, 8.2.2
	case "te":
		if f.Value != "trailers" {
			h.bad("te")
		}
	case "host":
		if h.response {
			break
		}
		if h.host != "" && h.host != f.Value || f.Value == "" {
			h.bad("host")
		}
		h.host = f.Value
	case "content-length":
		h.length(f.Value)
	}
	h.Fields = append(h.Fields, f)
}

// length takes a Content-Length as strictly as HTTP/1's codec does: one, of decimal digits without leading zeros.
func (h *Head) length(s string) {
	if h.Length >= 0 || s == "" || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		h.bad("content_length")
		return
	}
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			h.bad("content_length")
			return
		}
		n = n*10 + int64(s[i]-'0')
	}
	h.Length = n
}

// nameByte marks what a name may hold: a token in lower case (RFC 9113, 8.2.1).
var nameByte = func() (t [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
		t[c] = true
	}
	return t
}()

// maxName is HTTP/1's: peers keep a name's length in one octet.
const maxName = 255

func validName(s string) bool {
	for i := range len(s) {
		if !nameByte[s[i]] {
			return false
		}
	}
	return len(s) > 0 && len(s) <= maxName
}

// validValue refuses what would end a line or a value early, every other control character, and white space around a value
// (RFC 9113, 8.2.1; RFC 9110, 5.5).
func validValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return s == "" || !blank(s[0]) && !blank(s[len(s)-1])
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// finish judges the whole; end says that no body follows.
func (h *Head) finish(end bool) {
	if h.trailers {
		return
	}
	if h.response {
		if h.Status == 0 {
			h.bad("pseudo_header_missing")
		}
		return
	}
	switch {
	case h.seen&seenMethod == 0 || !token(h.Method):
		h.bad("method")
	case h.Protocol != "" && h.Method != "CONNECT":
		h.bad("protocol")
	case h.Method == "CONNECT" && h.Protocol == "":
		h.connect()
	case h.seen&seenScheme == 0 || h.seen&seenPath == 0 || !scheme(h.Scheme):
		h.bad("pseudo_header_missing")
	case !h.pathOK():
		h.bad("path")
	}
	if h.Authority != "" && h.host != "" && h.Authority != h.host {
		h.bad("host") // RFC 9113, 8.3.1
	}
	if h.Authority == "" {
		h.Authority = h.host
	}
	if end && h.Length > 0 {
		h.bad("content_length")
	}
}

// connect is the form of a plain CONNECT (RFC 9113, 8.5).
func (h *Head) connect() {
	if h.seen != seenMethod|seenAuthority || h.Authority == "" || h.Length >= 0 {
		h.bad("connect")
	}
}

func (h *Head) pathOK() bool {
	if h.Path == "*" {
		return h.Method == "OPTIONS"
	}
	return strings.HasPrefix(h.Path, "/") && strings.IndexByte(h.Path, '#') < 0
}

func token(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !nameByte[s[i]] && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// scheme takes those that a proxy of HTTP has to do with; another one would be hidden from HTTP/1, whose request line has none.
func scheme(s string) bool { return s == "http" || s == "https" }

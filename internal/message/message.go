// Package message is an HTTP request or response, the same for every HTTP version.
//
// The bytes of a message belong to the buffer that its codec read them into (or to the stream's
// arena, for what a rule added): a Field is two slices of it. A message is reused from one stream
// to the next with Reset, so that a stream in steady state allocates nothing.
//
//	var req message.Request
//	n, err := http1.ParseRequest(buf, &req, limits)
//	agent := req.Get(message.UserAgent)
//	req.Fields.Set(message.XForwardedProto, []byte("https"))
//
// It does not parse, does not write and knows no connection.
package message

// Field is one header field. Name is lower case (the codecs fold it, as HTTP/2 and HAProxy do).
type Field struct {
	Name  []byte
	Value []byte  // never nil, so that Get can tell an empty field from an absent one
	ID    FieldID // Unknown for a name without an id
	// Hop marks a field that the peer's Connection field nominated: it is not forwarded (RFC 9110, 7.6.1).
	// It is set by the codec that parsed the message only, so that a nomination never reaches what a rule adds.
	Hop bool
}

// Framing is how the end of a body is known (RFC 9112, 6.3).
type Framing uint8

const (
	NoBody     Framing = iota
	Length             // Content-Length octets
	Chunked            // Transfer-Encoding: chunked
	UntilClose         // a response that ends with its connection
)

// Request is a request head.
type Request struct {
	Method   []byte
	MethodID MethodID
	Asked    []byte // the method that came, where a rule has changed it; else nil
	// Target is the request-target as received (origin-, absolute-, authority- or asterisk-form).
	Target []byte
	// Scheme and Authority are set from an absolute- or authority-form target, else empty.
	// Path is the path with the query, "*" for asterisk-form, empty for CONNECT.
	Scheme, Authority, Path []byte
	Rewritten               bool  // a rule has changed one of these: Target does not say them
	ByParts                 bool  // the client has said them one by one (HTTP/2): a server of HTTP/1 is told the path alone
	Minor                   uint8 // HTTP/1.Minor: 0 or 1
	Major                   uint8 // 2 where the client speaks HTTP/2; else 0
	Fields                  Fields

	Framing       Framing
	ContentLength int64 // where Framing is Length
	KeepAlive     bool  // what the version and Connection ask for
	Expect100     bool
	// Upgrade is set where Connection lists "upgrade", an Upgrade field is there and the request has no body.
	Upgrade bool
}

// Reset empties the request and keeps the capacity of its field list.
func (r *Request) Reset() { *r = Request{Fields: r.Fields[:0]} }

// URI is the request-target as rules have left it. It allocates where they have changed one that has a scheme.
func (r *Request) URI() []byte {
	switch {
	case !r.Rewritten:
		return r.Target
	case len(r.Scheme) == 0:
		return r.Path
	}
	b := make([]byte, 0, len(r.Scheme)+len("://")+len(r.Authority)+len(r.Path))
	return append(append(append(append(b, r.Scheme...), "://"...), r.Authority...), r.Path...)
}

// FirstMethod is the method as it came, which logs tell.
func (r *Request) FirstMethod() []byte {
	if r.Asked != nil {
		return r.Asked
	}
	return r.Method
}

// Get is the value of the first field with this id; nil when there is none.
func (r *Request) Get(id FieldID) []byte { return r.Fields.Get(id) }

// GetName is Get for a name in lower case.
func (r *Request) GetName(name string) []byte { return r.Fields.GetName(name) }

// Response is a response head.
type Response struct {
	Status int
	Reason []byte
	Minor  uint8
	Fields Fields

	Framing       Framing
	ContentLength int64
	KeepAlive     bool
	Upgrade       bool // a 101: what follows the head is another protocol
}

// Reset empties the response and keeps the capacity of its field list.
func (r *Response) Reset() { *r = Response{Fields: r.Fields[:0]} }

// Get is the value of the first field with this id; nil when there is none.
func (r *Response) Get(id FieldID) []byte { return r.Fields.Get(id) }

// GetName is Get for a name in lower case.
func (r *Response) GetName(name string) []byte { return r.Fields.GetName(name) }

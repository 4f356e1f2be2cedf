package message

// MethodID is a small number for a well-known method.
type MethodID uint8

// The methods of RFC 9110, 9.3 and PATCH (RFC 5789). Every other token is MethodOther: it is forwarded as it is.
const (
	MethodOther MethodID = iota
	MethodGet
	MethodHead
	MethodPost
	MethodPut
	MethodDelete
	MethodConnect
	MethodOptions
	MethodTrace
	MethodPatch
)

var methodNames = [...]string{"", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// String is the method's name; empty for MethodOther.
func (m MethodID) String() string {
	if int(m) >= len(methodNames) {
		return ""
	}
	return methodNames[m]
}

// Safe reports whether the method asks for nothing but an answer (RFC 9110, 9.2.1).
func (m MethodID) Safe() bool {
	return m == MethodGet || m == MethodHead || m == MethodOptions || m == MethodTrace
}

// LookupMethod is the id of a method; methods are case-sensitive (RFC 9110, 9.1), so "get" is MethodOther.
func LookupMethod[T nameLike](method T) MethodID {
	switch string(method) {
	case "GET":
		return MethodGet
	case "HEAD":
		return MethodHead
	case "POST":
		return MethodPost
	case "PUT":
		return MethodPut
	case "DELETE":
		return MethodDelete
	case "CONNECT":
		return MethodConnect
	case "OPTIONS":
		return MethodOptions
	case "TRACE":
		return MethodTrace
	case "PATCH":
		return MethodPatch
	}
	return MethodOther
}

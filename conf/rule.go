package conf

// Rule is one action with its condition.
type Rule struct {
	Pos    Pos
	Action Action
	Cond   *Cond // nil = always
}

// Action is one of the action types below. A consumer switches on the type; an unknown one is a bug.
type Action interface{ Keyword() string }

// Unread stands for an action that has errors of its own, so that the rest of its rule is checked all the same. A configuration that has
// one does not run.
type Unread struct{ Action }

// Reply is a ready response, as deny, tarpit, return and http-error write it. At most one of Body, Format, ErrorFile, Errors and
// Default says what it holds; where none does, it is the error page of the status.
type Reply struct {
	Status      int // 0 = the action's default
	ContentType string
	Body        []byte     // "string" or "file"; may be empty where HasBody
	HasBody     bool       // "string" or "file" was given
	Format      *Format    // "lf-string" or "lf-file"
	Path        string     // the file that Body or Format was read from, as written
	ErrorFile   *ErrorFile // "errorfile"
	Errors      *Ref       // "errorfiles": an http-errors section
	Default     bool       // "default-errorfiles"
	Headers     []SetHeader
}

// Deny ends the request or response with Status (default 403; of a response 502) and its error page, or what Reply says.
type Deny struct{ Reply }

// Allow ends the rule list of this section.
type Allow struct{}

// Reject closes the connection at once (tcp-request).
type Reject struct{}

// Tarpit holds the request for the tarpit timeout, then answers Status (default 500).
type Tarpit struct{ Reply }

// RedirectKind is what Redirect does with its text.
type RedirectKind uint8

const (
	RedirectLocation RedirectKind = iota // the whole Location
	RedirectPrefix                       // put before the request's URI
	RedirectScheme                       // scheme://host/uri
)

// Redirect answers with a Location.
type Redirect struct {
	Kind        RedirectKind
	Text        *Format
	Code        int // 301, 302 (default), 303, 307, 308
	DropQuery   bool
	KeepQuery   bool // location: the request's query behind what Text says
	AppendSlash bool
	IgnoreEmpty bool // a Text that comes out empty: the rule is passed over
	SetCookie   string
	SetCookieAs *Format // "set-cookie-fmt"
	ClearCookie string
}

// SetHeader replaces every field of that name by one.
type SetHeader struct {
	Name  string
	Value *Format
}

// AddHeader appends a field.
type AddHeader struct {
	Name  string
	Value *Format
}

// DelHeader removes the fields whose name matches Name in the way of Match: "str" (default), "beg", "end", "sub", "reg".
type DelHeader struct {
	Name  string
	Match string
}

// Return answers with a ready response. Its default status is 200.
type Return struct{ Reply }

// UseService hands the request to a service inside Weir: "prometheus-exporter".
type UseService struct{ Name string }

func (*Deny) Keyword() string       { return "deny" }
func (*Allow) Keyword() string      { return "allow" }
func (*Reject) Keyword() string     { return "reject" }
func (*Tarpit) Keyword() string     { return "tarpit" }
func (*Redirect) Keyword() string   { return "redirect" }
func (*SetHeader) Keyword() string  { return "set-header" }
func (*AddHeader) Keyword() string  { return "add-header" }
func (*DelHeader) Keyword() string  { return "del-header" }
func (*Return) Keyword() string     { return "return" }
func (*UseService) Keyword() string { return "use-service" }

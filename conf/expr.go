package conf

// Expr is a sample expression: one fetch and the converters that its value goes through.
// HAProxy writes it hdr(host),lower and HCL hdr("host") |> lower is written lower(hdr("host")).
type Expr struct {
	Pos   Pos
	Fetch Call
	Convs []Call
}

// Call is a fetch or a converter by name, with its arguments as text.
type Call struct {
	Pos  Pos
	Name string
	Args []string
}

// Op is what a node of a condition does with its children.
type Op uint8

const (
	OpTest Op = iota // Test
	OpACL            // the named ACL
	OpAnd
	OpOr
	OpNot
	OpTrue
	OpFalse
)

// Cond is a condition tree. Only the fields of its Op are set.
type Cond struct {
	Pos  Pos
	Op   Op
	Kids []*Cond // OpAnd, OpOr: two or more; OpNot: one
	ACL  string  // OpACL
	Test *Test   // OpTest
}

// Test compares one sample with patterns; it holds where any pattern matches.
type Test struct {
	Pos  Pos
	Expr *Expr
	// Match is the method: "str", "beg", "end", "sub", "dir", "dom", "reg", "int", "ip", "len", "bool", "found", "bin".
	// "" = the natural one of the sample's type.
	Match      string
	IgnoreCase bool
	// Patterns are as HAProxy writes them: for int "5", "1:10", "lt 5"; for ip "10.0.0.0/8".
	Patterns []Pattern
}

// Pattern is one value to compare with.
type Pattern struct {
	Pos  Pos
	Text string
}

// ACL is a named condition.
type ACL struct {
	Pos  Pos
	Name string
	Cond *Cond
}

// Format is a log-format string or an HCL template: text with expressions and log aliases between.
type Format struct {
	Pos   Pos
	Parts []FormatPart
}

// FormatPart is one piece of a Format: exactly one of the three is set.
type FormatPart struct {
	Text  string
	Expr  *Expr
	Alias string // a log variable such as "ci", without the percent sign
}

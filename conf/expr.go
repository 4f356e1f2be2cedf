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
	NoDNS      bool           // "-n": patterns are never names to look up
	Maps       bool           // "-M": the files hold a second column, which is not compared
	ID         int            // "-u": the id of the pattern list for the stats socket; 0 = given by Weir
	Files      []*PatternFile // "-f", in order; Patterns come after them
	// Patterns are as HAProxy writes them: for int "5", "1:10", "lt 5"; for ip "10.0.0.0/8".
	Patterns []Pattern
}

// Pattern is one value to compare with.
type Pattern struct {
	Pos  Pos
	Text string
}

// PatternFile is one "-f FILE" of a Test. It is read when the configuration is compiled.
type PatternFile struct {
	Pos  Pos
	Path string
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
	// Name is what +json and +cbor call the item: %(NAME)ci.
	Name string
	Cast string // the type of %(NAME:TYPE)[...]: "bool", "sint" or "str"; "" = its own
	// Flags are in force for this part: each of FormatFlags at most once, in the order of that list.
	Flags FormatFlags
	// Set is true for a part that is flags alone, as %{+Q}o: it changes what comes after it and writes nothing.
	Set bool
	Pos Pos
}

// FormatFlags are the switches of a log-format item (configuration manual, 8.2.6).
type FormatFlags uint8

const (
	FlagQuote  FormatFlags = 1 << iota // +Q: in double quotes
	FlagHex                            // +X: numbers and addresses in hexadecimal
	FlagEscape                         // +E: escaped for RFC 5424 structured data
	FlagBin                            // +bin: not escaped at all
	FlagJSON                           // +json: the whole line is one JSON object
	FlagCBOR                           // +cbor: the whole line is one CBOR map
)

package hclfile

import (
	"strings"

	"weir/conf"
)

// where is a set of the kinds of section that a keyword may stand in.
type where uint8

const (
	inFrontend where = 1 << iota
	inBackend
	inDefaults
	inAny = inFrontend | inBackend | inDefaults
	// The usual sets; a listen section is both a frontend and a backend.
	forFrontends = inFrontend | inDefaults
	forBackends  = inBackend | inDefaults
	forListen    = inFrontend | inBackend
)

// String names the sections, as errors do.
func (w where) String() string {
	var names []string
	for _, s := range []struct {
		bit  where
		name string
	}{{inDefaults, "defaults"}, {inFrontend, "frontend"}, {inBackend, "backend"}} {
		if w&s.bit != 0 {
			names = append(names, s.name)
		}
	}
	if w&(inFrontend|inBackend) != 0 {
		names = append(names, "listen")
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// typ is what an attribute's value is.
type typ uint8

const (
	tInt typ = iota + 1
	tSize
	tDuration
	tBool
	tString
	tWord   // one of info.enum
	tOctal  // a file mode
	tFormat // an HCL template
	tCond   // an HCL condition
	tMap    // an object of strings
	tList   // a list of strings, of info.enum where that is set
	tSample // a sample expression, or a constant that is one
	tOther  // see the text
)

var typNames = [...]string{tInt: "number", tSize: "size", tDuration: "time", tBool: "true or false", tString: "string", tWord: "word",
	tOctal: "octal string", tFormat: "template", tCond: "condition", tMap: "object", tList: "list", tSample: "sample", tOther: "see below"}

// info is what the reader, the errors and docs/hcl.md know of one attribute.
type info struct {
	name     string
	in       where // 0 = wherever its block may stand
	typ      typ
	min, max int      // of tInt and tSize; max 0 = no bound but the type's. Of tDuration, a min says that 0 is none
	enum     []string // of tWord
	later    []string // what HAProxy has beside them and Weir does not do yet
	def      string   // what it is where it is not given, in the words of the file
	doc      string
	required bool
}

// row is one attribute of a block that describes a T. at is where its value goes; read and text take its
// place where the value is no plain field. text returns "" for what Encode leaves out.
type row[T any] struct {
	info
	at   func(*T) any
	pos  func(*T) *conf.Pos // where the place of the value goes, of what is found wrong only later
	read func(*decoder, *T, *attr)
	text func(*T) string
}

// nest is one kind of block inside a block that describes a T.
type nest[T any] struct {
	name   string
	in     where
	low    int    // labels at least
	high   int    // labels at most
	labels string // how the labels look: "NAME"
	named  bool   // the label is a name of its own: see conf.CheckName
	once   bool
	doc    string
	attrs  func() []info // for the reference
	read   func(*decoder, *T, *block, where)
	// unread is called in the place of read where the labels are wrong; it may be nil.
	unread func(*T, *block)
}

// labelled is what labelsOK needs of a nest.
type labelled interface {
	wantLabels() (low, high int, what string)
}

func (n *nest[T]) wantLabels() (int, int, string) { return n.low, n.high, n.labels }

// grammar is everything that may stand in one kind of block.
type grammar[T any] struct {
	context string                // the key into haproxyKeywords
	places  func(*T) *conf.Places // where t keeps the places of its attributes; nil = nowhere
	rows    []row[T]
	nests   []nest[T]
}

func (g *grammar[T]) row(name string) *row[T] {
	for i := range g.rows {
		if g.rows[i].name == name {
			return &g.rows[i]
		}
	}
	return nil
}

func (g *grammar[T]) nest(name string) *nest[T] {
	for i := range g.nests {
		if g.nests[i].name == name {
			return &g.nests[i]
		}
	}
	return nil
}

// names returns what may stand in a section of kind w.
func (g *grammar[T]) names(w where) []string {
	var out []string
	for i := range g.rows {
		if in := g.rows[i].in; in == 0 || in&w != 0 {
			out = append(out, g.rows[i].name)
		}
	}
	for i := range g.nests {
		if in := g.nests[i].in; (in == 0 || in&w != 0) && g.row(g.nests[i].name) == nil {
			out = append(out, g.nests[i].name)
		}
	}
	return out
}

// infos returns the attributes, for the reference.
func (g *grammar[T]) infos() []info {
	out := make([]info, len(g.rows))
	for i := range g.rows {
		out[i] = g.rows[i].info
	}
	return out
}

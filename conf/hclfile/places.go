package hclfile

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// The limits on what is parsed at all. The parser recurses once per nesting level and the lexer makes
// about a hundred bytes of tokens per byte of input.
const (
	maxFile    = 4 << 20 // bytes of one file
	maxNesting = 100     // brackets within brackets
	maxUnary   = 100     // "!" or "-" in a row
	maxDigits  = 40      // of a number: reading one takes the square of its length
)

// source is one file: its text, the text that the HCL parser gets, and how places in it are found back.
type source struct {
	name     string
	text     []byte
	lines    []int // where each line of text begins
	inserted []int // where in the parser's text line ends were added, ascending
}

func newSource(name string, text []byte) *source {
	s := &source{name: name, text: text, lines: []int{0}}
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// offset translates a place in the parser's text to one in the file.
func (s *source) offset(parsed int) int {
	n := sort.SearchInts(s.inserted, parsed)
	return min(parsed-n, len(s.text))
}

func (s *source) pos(offset int) conf.Pos {
	line := sort.SearchInts(s.lines, offset+1)
	return conf.Pos{File: s.name, Line: line, Col: offset - s.lines[line-1] + 1}
}

// slice returns the text of a range.
func (s *source) slice(r hcl.Range) string {
	from, to := s.offset(r.Start.Byte), s.offset(r.End.Byte)
	if from > to {
		return ""
	}
	return string(s.text[from:to])
}

// frame is an open bracket.
type frame struct {
	body     bool // the braces of a block, not of an object
	template bool // a quoted string or heredoc
}

// layout finds the line ends that one-line blocks lack and refuses what would make the parser recurse
// without bound.
type layout struct {
	src    *source
	stack  []frame
	breaks []int // offsets in the file before which a line end goes
	state  int
	prev   hclsyntax.TokenType
	unary  int
	err    *conf.Error
}

// What a body's next token belongs to.
const (
	atItem  = iota // the start of an attribute or block
	inHead         // its name and labels
	inValue        // an attribute's expression
)

// spread returns a stretch of the file for the HCL parser: with every item of a block on its own line.
func (s *source) spread(from, to int) ([]byte, *conf.Error) {
	tokens, _ := hclsyntax.LexConfig(s.text[from:to], s.name, hcl.Pos{Line: 1, Column: 1, Byte: from}) // the parser reports what is wrong with them
	l := &layout{src: s, stack: []frame{{body: true}}}
	for _, t := range tokens {
		if l.token(t); l.err != nil {
			return nil, l.err
		}
	}
	out := make([]byte, 0, to-from+len(l.breaks))
	begin := from + len(s.inserted)
	for _, at := range l.breaks {
		out = append(out, s.text[from:at]...)
		s.inserted = append(s.inserted, begin+len(out))
		out = append(out, '\n')
		from = at
	}
	return append(out, s.text[from:to]...), nil
}

func (l *layout) refuse(t hclsyntax.Token, format string, args ...any) {
	l.err = conf.Bad(l.src.pos(t.Range.Start.Byte), "", format, args...)
}

func (l *layout) token(t hclsyntax.Token) {
	if t.Type == hclsyntax.TokenComment && t.Bytes[len(t.Bytes)-1] != '\n' {
		return // a comment inside a line
	}
	top := l.stack[len(l.stack)-1]
	if top.body {
		l.inBody(t)
	}
	l.guard(t)
	switch t.Type {
	case hclsyntax.TokenOBrace:
		if top.body && l.state == inHead {
			l.push(t, frame{body: true})
			l.state = atItem
			break
		}
		l.push(t, frame{})
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenTemplateInterp:
		l.push(t, frame{})
	case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		l.push(t, frame{template: true})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenTemplateSeqEnd,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		l.pop()
	}
	l.prev = t.Type
}

func (l *layout) push(t hclsyntax.Token, f frame) {
	if len(l.stack) > maxNesting {
		l.refuse(t, "nested more than %d deep", maxNesting)
	}
	l.stack = append(l.stack, f)
}

func (l *layout) pop() {
	if len(l.stack) == 1 {
		return // a bracket too many, which the parser reports
	}
	if l.stack[len(l.stack)-1].body {
		l.state = atItem
	}
	l.stack = l.stack[:len(l.stack)-1]
}

// guard refuses the constructs that recurse without a bracket, none of which the language needs.
func (l *layout) guard(t hclsyntax.Token) {
	switch t.Type {
	case hclsyntax.TokenBang, hclsyntax.TokenMinus:
		if l.unary++; l.unary > maxUnary {
			l.refuse(t, "more than %d operators in a row", maxUnary)
		}
		return
	case hclsyntax.TokenNumberLit:
		if len(t.Bytes) > maxDigits {
			l.refuse(t, "a number of more than %d digits", maxDigits)
		}
	case hclsyntax.TokenTemplateControl:
		l.refuse(t, "%%{ } directives are not part of the language; use a condition, or write %%%%{ for the characters")
	case hclsyntax.TokenQuestion:
		l.refuse(t, "conditional values (a ? b : c) are not part of the language; use a condition")
	}
	l.unary = 0
}

// inBody follows the items of a block.
func (l *layout) inBody(t hclsyntax.Token) {
	switch {
	case t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment:
		l.state = atItem
	case t.Type == hclsyntax.TokenCBrace:
		if len(l.stack) > 1 && !l.freshLine() {
			l.split(t)
		}
	case l.state == atItem:
		if t.Type == hclsyntax.TokenIdent {
			if !l.freshLine() {
				l.split(t)
			}
			l.state = inHead
		}
	case l.state == inHead && t.Type == hclsyntax.TokenEqual:
		l.state = inValue
	case l.state == inValue && t.Type == hclsyntax.TokenIdent && endsOperand(l.prev):
		l.split(t)
		l.state = inHead
	}
}

// freshLine reports whether the token that comes begins its line.
func (l *layout) freshLine() bool {
	return l.prev == hclsyntax.TokenNewline || l.prev == hclsyntax.TokenComment || l.prev == 0
}

func (l *layout) split(t hclsyntax.Token) { l.breaks = append(l.breaks, t.Range.Start.Byte) }

// endsOperand reports whether an expression can end with the token: two operands in a row are two items.
func endsOperand(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenCQuote, hclsyntax.TokenCParen,
		hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenStar:
		return true
	}
	return false
}

// setTwice is what the parser says of an attribute that stands twice in a block. It takes the first and goes on: nothing is lost.
const setTwice = "Attribute redefined"

// unclosed are what the parser says of a string that does not end where it should.
var unclosed = map[string]bool{
	"Invalid multi-line string": true, "Unclosed template interpolation sequence": true, "Unterminated template string": true,
	"Unclosed template control sequence": true,
}

func startOf(d *hcl.Diagnostic) int {
	if d.Subject == nil {
		return -1
	}
	return d.Subject.Start.Byte
}

// parsePart reads a part of the file, or what can be made of it.
func (s *source) parsePart(p *part) *part {
	if len(s.text) > maxFile {
		p.diags.Add(conf.Bad(conf.Pos{File: s.name}, "", "the file has %d bytes; at most %d are read", len(s.text), maxFile))
		return p
	}
	start := hcl.Pos{Line: s.pos(p.from).Line, Column: 1, Byte: p.from + len(s.inserted)}
	text, refused := s.spread(p.from, p.to)
	if refused != nil {
		p.diags.Add(refused)
		return p
	}
	defer func() {
		if r := recover(); r != nil {
			p.whole = false
			p.diags.Add(conf.Bad(conf.Pos{File: s.name}, "", "cannot be parsed: %s", fmt.Sprint(r)))
		}
	}()
	file, problems := hclsyntax.ParseConfig(text, s.name, start)
	p.body, _ = file.Body.(*hclsyntax.Body)
	p.whole = true
	seen := map[conf.Pos]bool{} // lexer and parser both report some mistakes
	slices.SortStableFunc(problems, func(a, b *hcl.Diagnostic) int { return cmp.Compare(startOf(a), startOf(b)) })
	for _, d := range problems {
		p.whole = p.whole && d.Summary == setTwice
		e := s.syntaxError(d)
		if !seen[e.Pos] && len(p.diags.Errors) < conf.MaxErrors {
			seen[e.Pos] = true
			p.diags.Add(e)
		}
		if unclosed[d.Summary] { // what is text and what is not has changed places from here on
			p.lost = e.Pos
			break
		}
	}
	return p
}

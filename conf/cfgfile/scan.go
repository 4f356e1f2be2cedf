package cfgfile

import (
	"iter"
	"strings"

	"weir/conf"
)

// Source is one configuration file's text; Name stands for it in messages.
type Source struct {
	Name string
	Text []byte
}

// Statement is one line of a file.
type Statement struct {
	Pos     conf.Pos
	Words   []Word // none of an empty line, a comment, or a line that cannot be cut into words
	Comment string // from its # on; "" = none
	Err     *conf.Error
}

// Scan gives the lines of a file in order, with their comments: those that a conditional block leaves out, too. Variables are
// those of the process's environment.
func Scan(src Source) iter.Seq[Statement] {
	env := newEnviron([]string{src.Name})
	return func(yield func(Statement) bool) {
		for pos, text := range lines(src) {
			st := Statement{Pos: pos}
			st.Words, st.Comment, st.Err = cut(text, pos, env)
			if st.Err != nil {
				st.Words = nil
			}
			if len(st.Words) > 0 {
				st.Pos = st.Words[0].Pos
				env.enter(st.Words)
			}
			if !yield(st) {
				return
			}
		}
	}
}

// enter keeps .SECTION.
func (e *environ) enter(words []Word) {
	if !isSection(words[0].Text) {
		return
	}
	e.section = words[0].Text
	if len(words) > 1 && words[1].Text != "" {
		e.section = words[1].Text
	}
}

// lines gives the lines of a file without their ends.
func lines(src Source) iter.Seq2[conf.Pos, string] {
	return func(yield func(conf.Pos, string) bool) {
		rest := string(src.Text)
		for n := 1; rest != ""; n++ {
			var text string
			text, rest, _ = strings.Cut(rest, "\n")
			if !yield(conf.Pos{File: src.Name, Line: n}, strings.TrimSuffix(text, "\r")) {
				return
			}
		}
	}
}

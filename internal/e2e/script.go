package e2e

import (
	"fmt"
	"strconv"
	"strings"
)

// script is one parsed file of testdata/script.
type script struct {
	name     string
	prose    string
	sections []*section
}

// section is what stands between two "-- ... --" lines.
type section struct {
	kind string
	args []string
	line int // of its first line of text
	text string
}

// stmt is one line of a server, client or check section.
type stmt struct {
	line int
	only string // "weir" or "haproxy": the one proxy it is for; "" = both
	verb string
	args []string
	raw  string // what follows ">" as it stands
	body []stmt // of a loop
}

// sectionHead returns the words of a "-- ... --" line.
func sectionHead(line string) ([]string, bool) {
	line = strings.TrimRight(line, " \t")
	if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < 7 {
		return nil, false
	}
	words := strings.Fields(line[3 : len(line)-3])
	return words, len(words) > 0
}

// parseScript splits a file into its prose and sections.
func parseScript(name, text string) (*script, error) {
	s := &script{name: name}
	var cur *section
	for i, line := range strings.Split(text, "\n") {
		if words, ok := sectionHead(line); ok {
			cur = &section{kind: words[0], args: words[1:], line: i + 2}
			s.sections = append(s.sections, cur)
			continue
		}
		if cur == nil {
			s.prose += strings.TrimPrefix(strings.TrimPrefix(line, "#"), " ") + "\n"
			continue
		}
		cur.text += line + "\n"
	}
	if strings.TrimSpace(s.prose) == "" {
		return nil, fmt.Errorf("%s:1: no prose above the first section; want why this behaviour matters", name)
	}
	return s, s.checkKinds()
}

func (s *script) checkKinds() error {
	for _, sec := range s.sections {
		switch sec.kind {
		case "weir", "haproxy", "file", "server", "client", "check":
		default:
			return fmt.Errorf("%s:%d: section %q; want weir, haproxy, file, server, client or check", s.name, sec.line-1, sec.kind)
		}
	}
	return nil
}

// has tells whether the script has a section of that kind.
func (s *script) has(kind string) bool {
	for _, sec := range s.sections {
		if sec.kind == kind {
			return true
		}
	}
	return false
}

// parseStmts reads the statements of text, whose first line is number line.
func parseStmts(text string, line int) ([]stmt, error) {
	lines := strings.Split(text, "\n")
	pos := 0
	out, err := parseBlock(lines, &pos, line, false)
	return out, err
}

func parseBlock(lines []string, pos *int, first int, inLoop bool) ([]stmt, error) {
	var out []stmt
	for ; *pos < len(lines); *pos++ {
		st, err := parseStmt(lines[*pos], first+*pos)
		if err != nil {
			return nil, err
		}
		switch st.verb {
		case "":
			continue
		case "end":
			if !inLoop {
				return nil, fmt.Errorf("line %d: end without loop", st.line)
			}
			return out, nil
		case "loop":
			*pos++
			if st.body, err = parseBlock(lines, pos, first, true); err != nil {
				return nil, err
			}
		}
		out = append(out, st)
	}
	if inLoop {
		return nil, fmt.Errorf("line %d: loop without end", first+len(lines))
	}
	return out, nil
}

func parseStmt(text string, line int) (stmt, error) {
	st := stmt{line: line}
	text = strings.TrimLeft(text, " \t")
	for _, only := range []string{"weir", "haproxy"} {
		if rest, ok := strings.CutPrefix(text, "["+only+"]"); ok {
			st.only, text = only, strings.TrimLeft(rest, " ")
		}
	}
	if text == "" || text[0] == '#' {
		return st, nil
	}
	if text[0] == '>' {
		st.verb, st.raw = ">", strings.TrimPrefix(text[1:], " ")
		return st, nil
	}
	words, err := splitWords(text)
	if err != nil {
		return st, fmt.Errorf("line %d: %w", line, err)
	}
	st.verb, st.args = words[0], words[1:]
	return st, nil
}

// splitWords splits at blanks; a word that begins with a double quote or a backquote is a Go string.
func splitWords(text string) ([]string, error) {
	var words []string
	for {
		text = strings.TrimLeft(text, " \t")
		if text == "" {
			return words, nil
		}
		if text[0] != '"' && text[0] != '`' {
			n := strings.IndexAny(text, " \t")
			if n < 0 {
				n = len(text)
			}
			words, text = append(words, text[:n]), text[n:]
			continue
		}
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, fmt.Errorf("string %s: %w", text, err)
		}
		word, _ := strconv.Unquote(quoted)
		words, text = append(words, word), text[len(quoted):]
	}
}

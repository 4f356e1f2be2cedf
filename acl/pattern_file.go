package acl

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"weir/conf"
)

// Prefixes of a file's name: a virtual one is on no disk and begins empty, an optional one may be missing.
const (
	virtualFile  = "virt@"
	optionalFile = "opt@"
)

// maxPatternFile bounds a file in bytes: a wrong name, such as a device's, must not take all memory.
const maxPatternFile = 1 << 30

// file returns the list of a file, read at its first use. pairs: lines are keys and values.
func (st *Store) file(cfg *conf.Config, name string, pairs bool, pos conf.Pos) (*PatternList, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if l := st.files[name]; l != nil {
		if l.pairs != pairs {
			had, wants := "one", "two"
			if l.pairs {
				had, wants = wants, had
			}
			return nil, fmt.Errorf("the file is already used as a %s column file and cannot be used as a %s column file", had, wants)
		}
		return l, nil
	}
	text, err := readPatternFile(cfg, name, pos)
	if err != nil {
		return nil, err
	}
	l := &PatternList{id: -1, name: name, pairs: pairs, pos: pos, order: pos}
	st.add(l)
	parsePatterns(text, pairs, func(key, value string) {
		var v *patValue
		if pairs {
			v = newPatValue(value)
		}
		l.append(0, key, v)
	})
	st.files[name] = l
	return l, nil
}

func readPatternFile(cfg *conf.Config, name string, pos conf.Pos) ([]byte, error) {
	if strings.HasPrefix(name, virtualFile) {
		return nil, nil
	}
	path, optional := strings.CutPrefix(name, optionalFile)
	path = pathOf(cfg, path, pos)
	info, err := os.Stat(path)
	switch {
	case optional && isMissing(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("want a pattern file: %w", err)
	case info.Size() > maxPatternFile:
		return nil, fmt.Errorf("want a pattern file of at most %d bytes", maxPatternFile)
	}
	return os.ReadFile(path)
}

// pathOf is where a file that a line names is, by default_path.
func pathOf(cfg *conf.Config, path string, pos conf.Pos) string {
	if cfg != nil {
		return cfg.Global.FilePath(pos, path)
	}
	return path
}

func isMissing(err error) bool { return err != nil && (os.IsNotExist(err) || err == fs.ErrNotExist) }

// parsePatterns reads lines: a key each, or a key and a value. Empty lines and those that begin with "#" are left out;
// blanks before a key are, too. As observed, a "#" after blanks is no comment, and blanks stay at the end of a line without
// value.
func parsePatterns(text []byte, pairs bool, add func(key, value string)) {
	for len(text) > 0 {
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		if len(line) > 0 && line[0] == '#' {
			continue
		}
		line = bytes.TrimLeft(bytes.TrimRight(line, "\r"), " \t")
		if len(line) == 0 {
			continue
		}
		if !pairs {
			add(string(line), "")
			continue
		}
		key, value := line, []byte(nil)
		if i := bytes.IndexAny(line, " \t"); i >= 0 {
			key, value = line[:i], bytes.Trim(line[i:], " \t")
		}
		add(string(key), string(value))
	}
}

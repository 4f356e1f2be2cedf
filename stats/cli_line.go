package stats

import (
	"errors"
	"strings"
)

const (
	// payloadMark at the end of a line says that a payload follows, up to an empty line, or up to a line that is what follows the mark.
	payloadMark = "<<"
	// maxPayloadEnd bounds what may follow the mark, as HAProxy does.
	maxPayloadEnd = 7
)

var (
	errTooManyArgs     = errors.New("Too many arguments in the command.")
	errTooManyCommands = errors.New("Too many commands on the line.")
)

// cliLine is a command line taken apart.
type cliLine struct {
	commands [][]string // the words of each command; a command may have none
	payload  bool       // the line ended in payloadMark
	end      string     // the line that ends the payload
}

// parseLine splits a line into commands at ";" and a command into words at blanks. A backslash takes the special
// meaning off a following ";", blank or backslash and stays in front of anything else. There are no quotes, as in
// HAProxy.
func parseLine(line string) (cliLine, error) {
	var l cliLine
	line = strings.TrimRight(line, "\r\n")
	if rest, end, ok := cutPayloadMark(line); ok {
		line, l.payload, l.end = rest, true, end
	}
	var words []string
	var word strings.Builder
	inWord := false
	endWord := func() {
		if inWord {
			words = append(words, word.String())
			word.Reset()
			inWord = false
		}
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && i+1 < len(line) && strings.IndexByte("; \t\\", line[i+1]) >= 0:
			i++
			word.WriteByte(line[i])
			inWord = true
		case c == ';':
			endWord()
			l.commands, words = append(l.commands, words), nil
		case c == ' ' || c == '\t':
			endWord()
		default:
			word.WriteByte(c)
			inWord = true
		}
		if len(words) >= maxArgs {
			return cliLine{}, errTooManyArgs
		}
		if len(l.commands) >= maxCommands {
			return cliLine{}, errTooManyCommands
		}
	}
	endWord()
	// "show info;" is one command, not one and an empty one.
	if len(words) > 0 || len(l.commands) == 0 {
		l.commands = append(l.commands, words)
	}
	return l, nil
}

// cutPayloadMark takes the mark off when it begins the last word.
func cutPayloadMark(line string) (rest, end string, ok bool) {
	line = strings.TrimRight(line, " \t")
	i := strings.LastIndexAny(line, " \t") + 1
	end, ok = strings.CutPrefix(line[i:], payloadMark)
	if !ok || len(end) > maxPayloadEnd {
		return line, "", false
	}
	return line[:i], end, true
}

package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// attack is one case of testdata/attacks: bytes for the proxy's client side and, in class 8, for its server side.
type attack struct {
	class int
	name  string
	note  string
	// want is what Weir owes: "reject" (an error status, no complete request at the origin), "accept" (2xx and one request),
	// "502", "pass" (anything but 502) or "any"; the rules of verdict hold for all.
	want  string
	max   int      // complete requests that the origin may see; -1 = not said, which is 1
	sends []string // "" = a pause
	// evil is what the origin answers to /evil, as it stands, and whether it closes then.
	evil      string
	evilClose bool
}

// attackClass is one file: a title and its cases.
type attackClass struct {
	number int
	title  string
	cases  []*attack
}

// parseAttacks reads one file: "# title", then paragraphs of "KEYWORD REST" lines.
func parseAttacks(file, text string) (*attackClass, error) {
	c := &attackClass{}
	fmt.Sscanf(filepath.Base(file), "class%d.txt", &c.number)
	var cur *attack
	for i, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if word == "#" {
			c.title = rest
			continue
		}
		if word == "case" {
			cur = &attack{class: c.number, name: rest, max: -1}
			c.cases = append(c.cases, cur)
			continue
		}
		if word == "" {
			continue
		}
		if cur == nil {
			return nil, fmt.Errorf("%s:%d: %q before the first case", file, i+1, word)
		}
		if err := cur.set(word, rest); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return c, nil
}

func (a *attack) set(word, rest string) (err error) {
	switch word {
	case "note":
		a.note = rest
	case "want":
		a.want = rest
	case "max":
		a.max, err = strconv.Atoi(rest)
	case "pause":
		a.sends = append(a.sends, "")
	case "send", "repeat":
		var s string
		s, err = repeated(word == "repeat", rest)
		a.sends = append(a.sends, s)
	case "respond", "respond-repeat":
		var s string
		s, err = repeated(word == "respond-repeat", rest)
		a.evil += s
	case "respond-close":
		a.evilClose = true
	default:
		err = fmt.Errorf("%q; want case, note, want, max, send, repeat, pause, respond, respond-repeat or respond-close", word)
	}
	return err
}

// repeated reads a quoted string, with a count before it when many is set.
func repeated(many bool, s string) (string, error) {
	n := 1
	if many {
		count, rest, _ := strings.Cut(s, " ")
		var err error
		if n, err = strconv.Atoi(count); err != nil {
			return "", err
		}
		s = rest
	}
	one, err := strconv.Unquote(s)
	return strings.Repeat(one, n), err
}

// outcome is what one proxy made of a case.
type outcome struct {
	statuses []string // the client's responses, in order
	closed   bool     // the proxy closed towards the client
	requests []seen   // complete requests at the origin
	partial  string   // the start line of a request that never got complete
	wrong    []string // what was not canonical on the wire to the origin
	after    string   // class 8: "clean", "poisoned ..." or "none"
	reused   bool     // class 8: the evil connection carried another request
}

// String is the outcome as docs/attacks.md tells it.
func (o *outcome) String() string {
	out := strings.Join(o.statuses, " ")
	if out == "" {
		out = "no answer"
	}
	if o.closed {
		out += ", closed"
	}
	if o.after != "" {
		out += "; then " + o.after
		if o.reused {
			out += " (connection reused)"
		}
		return out
	}
	switch {
	case len(o.requests) > 0:
		var lines []string
		for _, r := range o.requests {
			lines = append(lines, r.String())
		}
		out += "; origin: " + strings.Join(lines, ", ")
	case o.partial != "":
		out += "; origin: incomplete"
	}
	if len(o.wrong) > 0 {
		out += "; **" + o.wrong[0] + "**"
	}
	return out
}

// verdict holds the outcome against what a proxy owes whatever the bytes are, and against want.
func (a *attack) verdict(o *outcome) error {
	most := a.max
	if most < 0 {
		most = 1
	}
	if a.class == 8 {
		return a.verdictOnResponse(o)
	}
	first := ""
	for _, s := range o.statuses {
		if first = s; s[0] != '1' || s == "101" {
			break
		}
	}
	switch {
	case len(o.wrong) > 0:
		return fmt.Errorf("not canonical towards the origin: %s", strings.Join(o.wrong, "; "))
	case len(o.requests) > most:
		return fmt.Errorf("the origin saw %d requests; want at most %d", len(o.requests), most)
	case most < 2 && smuggled(o.requests):
		return fmt.Errorf("the origin saw the smuggled request")
	case a.want == "reject" && (first == "" || first[0] < '4'):
		return fmt.Errorf("got %q; want an error status", first)
	case a.want == "reject" && !o.closed:
		return fmt.Errorf("the connection stayed open")
	case a.want == "reject" && len(o.requests) > 0:
		return fmt.Errorf("the origin saw a complete request")
	case a.want == "accept" && (first == "" || first[0] != '2' || len(o.requests) == 0):
		return fmt.Errorf("got %q; want a 2xx from the origin", first)
	}
	return nil
}

func (a *attack) verdictOnResponse(o *outcome) error {
	first := strings.Join(o.statuses, " ")
	switch {
	case o.after != "clean":
		return fmt.Errorf("the next request got: %s", o.after)
	case a.want == "502" && (first != "502" || o.reused):
		return fmt.Errorf("got %q, reused %v; want 502 and a connection that is not used again", first, o.reused)
	case a.want == "pass" && (first == "" || strings.Contains(first, "502")):
		return fmt.Errorf("got %q; want the response", first)
	}
	return nil
}

func smuggled(requests []seen) bool {
	for _, r := range requests {
		if strings.Contains(r.target, "smuggled") {
			return true
		}
	}
	return false
}

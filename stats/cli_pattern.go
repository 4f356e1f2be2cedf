package stats

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// PatternStore is the maps and the pattern files of ACLs. A name is a file's, or "#" and an id. An error's text is what the person at the
// socket reads; ver is nil for the version in force.
type PatternStore interface {
	// List describes every map, or every list of an ACL.
	List(isMap bool) []string
	// Dump is the entries of a list.
	Dump(isMap bool, name string, ver *uint32) ([]string, error)
	Add(isMap bool, name string, ver *uint32, key, value string) error
	Set(name, key, value string) error
	Del(isMap bool, name, key string) error
	Clear(isMap bool, name string, ver *uint32) error
	// Prepare makes a version that Add fills and Commit puts in force.
	Prepare(isMap bool, name string) (uint32, error)
	Commit(isMap bool, name string, ver uint32) error
	// Lookup tells what a value matches.
	Lookup(isMap bool, name, value string) ([]string, error)
}

// PatternAdmin has maps and pattern files ("show map", "add acl" and the like).
type PatternAdmin interface {
	Patterns(ctx context.Context) PatternStore
}

// The texts of HAProxy's command line, which tools match.
var (
	errNeedMapKey     = errors.New("Missing map identifier and/or key.")
	errNeedACLKey     = errors.New("Missing ACL identifier and/or key.")
	errNeedMap        = errors.New("Missing map identifier.")
	errNeedACL        = errors.New("Missing ACL identifier.")
	errNeedVersion    = errors.New("Missing version number.")
	errAddMap         = errors.New("'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload")
	errAddACL         = errors.New("'add acl' expects two parameters: ACL identifier and pattern.")
	errSetMap         = errors.New("'set map' expects three parameters: map identifier, key and value.")
	errDelMap         = errors.New("This command expects two parameters: map identifier and key.")
	errDelACL         = errors.New("This command expects two parameters: ACL identifier and key.")
	errUnknownMap     = errors.New("Unknown map identifier. Please use #<id> or <file>.")
	errUnknownACL     = errors.New("Unknown ACL identifier. Please use #<id> or <file>.")
	errVersionNumber  = errors.New("Version number expected after '@'.")
	errPayloadTooLong = errors.New("The payload is too long or cut off.")
)

// patternCommand makes a command of one that works on maps or on ACLs.
func patternCommand(isMap bool, run func(c *call, st PatternStore, isMap bool) error) func(*call) error {
	return func(c *call) error {
		a, ok := c.admin.(PatternAdmin)
		if !ok {
			return errNoAdmin
		}
		return run(c, a.Patterns(c.ctx), isMap)
	}
}

// version takes "@<ver>" off the arguments; nil where there is none.
func (c *call) version() (*uint32, error) {
	text, ok := strings.CutPrefix(c.arg(0), "@")
	if !ok {
		return nil, nil
	}
	c.args = c.args[1:]
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, errVersionNumber
	}
	ver := uint32(n)
	return &ver, nil
}

// either is one error for maps and another for ACLs.
func either(isMap bool, ofMap, ofACL error) error {
	if isMap {
		return ofMap
	}
	return ofACL
}

func (c *call) replyAll(lines []string, err error) error {
	for _, l := range lines {
		c.reply(l)
	}
	return err
}

func showPatterns(c *call, st PatternStore, isMap bool) error {
	ver, err := c.version()
	switch {
	case err != nil:
		return err
	case c.arg(0) == "" && ver != nil:
		return either(isMap, errUnknownMap, errUnknownACL)
	case c.arg(0) == "":
		c.reply("# id (file) description")
		return c.replyAll(st.List(isMap), nil)
	}
	return c.replyAll(st.Dump(isMap, c.arg(0), ver))
}

func getPattern(c *call, st PatternStore, isMap bool) error {
	if c.arg(1) == "" {
		return either(isMap, errNeedMapKey, errNeedACLKey)
	}
	return c.replyAll(st.Lookup(isMap, c.arg(0), c.arg(1)))
}

func addPattern(c *call, st PatternStore, isMap bool) error {
	ver, err := c.version()
	if err != nil {
		return err
	}
	need := 2
	if isMap {
		need = 3
	}
	name := c.arg(0)
	switch {
	case name != "" && len(c.payload) > 0:
		return addPayload(c, st, isMap, name, ver)
	case len(c.args) < need:
		return either(isMap, errAddMap, errAddACL)
	}
	return st.Add(isMap, name, ver, c.arg(1), c.arg(2))
}

// addPayload adds an entry for each line, up to the first one that is wrong: those before it stay.
func addPayload(c *call, st PatternStore, isMap bool, name string, ver *uint32) error {
	for _, line := range c.payload {
		line = strings.TrimLeft(line, " \t")
		if line == "" {
			continue
		}
		key, value := line, ""
		if i := strings.IndexAny(line, " \t"); i >= 0 {
			key, value = line[:i], strings.TrimLeft(line[i:], " \t")
		}
		if isMap && value == "" {
			return errors.New("Missing value for key '" + key + "'.")
		}
		if err := st.Add(isMap, name, ver, key, value); err != nil {
			return err
		}
	}
	return nil
}

func setMap(c *call, st PatternStore, _ bool) error {
	if len(c.args) < 3 {
		return errSetMap
	}
	return st.Set(c.arg(0), c.arg(1), c.arg(2))
}

func delPattern(c *call, st PatternStore, isMap bool) error {
	if len(c.args) < 2 {
		return either(isMap, errDelMap, errDelACL)
	}
	return st.Del(isMap, c.arg(0), c.arg(1))
}

func clearPatterns(c *call, st PatternStore, isMap bool) error {
	ver, err := c.version()
	if err == nil && c.arg(0) == "" {
		err = either(isMap, errNeedMap, errNeedACL)
	}
	if err != nil {
		return err
	}
	return st.Clear(isMap, c.arg(0), ver)
}

func preparePatterns(c *call, st PatternStore, isMap bool) error {
	ver, err := st.Prepare(isMap, c.arg(0))
	if err == nil {
		c.reply("New version created: " + strconv.FormatUint(uint64(ver), 10))
	}
	return err
}

func commitPatterns(c *call, st PatternStore, isMap bool) error {
	if !strings.HasPrefix(c.arg(0), "@") {
		return errNeedVersion
	}
	if c.arg(1) == "" {
		return either(isMap, errNeedMap, errNeedACL)
	}
	ver, err := c.version()
	if err != nil {
		return err
	}
	return st.Commit(isMap, c.arg(0), *ver)
}

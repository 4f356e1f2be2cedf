package cfgfile

import (
	"os"
	"strconv"
	"strings"

	"weir/conf"
)

// environ is the environment that a configuration sees: the process's, what the configuration has set or unset, and the
// variables that HAProxy has of its own.
type environ struct {
	process func(string) (string, bool)
	set     map[string]string
	unset   map[string]bool
	only    map[string]bool // after resetenv: what is left of the process's; nil = all of it
	section string          // for .SECTION
}

// newEnviron returns the environment of a configuration of those files.
func newEnviron(files []string) *environ {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	e := &environ{process: os.LookupEnv, set: map[string]string{}, unset: map[string]bool{}}
	e.set["HAPROXY_CFGFILES"] = strings.Join(files, ";")
	e.set["HAPROXY_STARTUP_VERSION"] = CompatVersion
	if _, given := os.LookupEnv("HAPROXY_LOCALPEER"); !given {
		e.set["HAPROXY_LOCALPEER"] = host
	}
	return e
}

// lookup returns a variable's value where it is used.
func (e *environ) lookup(name string, pos conf.Pos) (string, bool) {
	switch name {
	case ".FILE":
		return pos.File, true
	case ".LINE":
		return strconv.Itoa(pos.Line), true
	case ".SECTION":
		return e.section, true
	}
	if v, ok := e.set[name]; ok {
		return v, true
	}
	if e.unset[name] || e.only != nil && !e.only[name] {
		return "", false
	}
	return e.process(name)
}

// assign is setenv; it reports whether there was room.
func (e *environ) assign(name, value string) bool {
	if _, again := e.set[name]; !again && len(e.set) >= maxVars {
		return false
	}
	e.set[name] = value
	return true
}

func (e *environ) remove(name string) {
	delete(e.set, name)
	if len(e.unset) < maxVars {
		e.unset[name] = true
	}
}

// reset is resetenv: only the named variables are left.
func (e *environ) reset(keep []string) {
	left := map[string]string{}
	e.only = map[string]bool{}
	for _, name := range keep {
		e.only[name] = true
		if v, ok := e.set[name]; ok {
			left[name] = v
		}
	}
	e.set = left
}

package conf

import (
	"os"
	"slices"
	"strings"
)

// CompatVersion is the version of HAProxy whose behaviour Weir follows.
const CompatVersion = "2.6.12"

// EnvOp is what becomes of a variable of the environment.
type EnvOp uint8

const (
	SetEnv    EnvOp = iota // "setenv"
	PresetEnv              // "presetenv": where it is not set yet
	UnsetEnv               // "unsetenv"
	ResetEnv               // "resetenv": of all variables only those of Keep are left
)

// EnvChange is one change of the environment; those of Global.Env are made in their order.
type EnvChange struct {
	Pos   Pos
	Op    EnvOp
	Name  string
	Value string
	Keep  []string
}

// LookupEnv returns a variable as the configuration leaves it: of the process's environment, with the configuration's changes and
// with what HAProxy's manual says a configuration finds there ("environment variables").
func (c *Config) LookupEnv(name string) (string, bool) {
	if name == "HAPROXY_CFGFILES" { // resetenv leaves it
		if v, ok := changed(c.Global.Env, name, nothingSet); ok {
			return v, true
		}
		return strings.Join(c.Files, ";"), true
	}
	return changed(c.Global.Env, name, givenEnv)
}

// Environ is the environment for processes that are started: NAME=VALUE of each variable.
func (g *Global) Environ() []string {
	names := map[string]bool{}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		names[name] = true
	}
	for i := range g.Env {
		names[g.Env[i].Name] = true
	}
	var out []string
	for name := range names {
		if v, ok := changed(g.Env, name, os.LookupEnv); ok {
			out = append(out, name+"="+v)
		}
	}
	slices.Sort(out)
	return out
}

func nothingSet(string) (string, bool) { return "", false }

// givenEnv is the environment before the configuration changes it.
func givenEnv(name string) (string, bool) {
	v, ok := os.LookupEnv(name)
	switch {
	case name == "HAPROXY_STARTUP_VERSION":
		return CompatVersion, true
	case name == "HAPROXY_LOCALPEER" && !ok:
		host, err := os.Hostname()
		host, _, _ = strings.Cut(host, ".")
		return host, err == nil
	}
	return v, ok
}

// changed looks a variable up after some changes: the last one of it counts.
func changed(list []EnvChange, name string, before func(string) (string, bool)) (string, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		switch e := &list[i]; {
		case e.Op == ResetEnv && !slices.Contains(e.Keep, name):
			return "", false
		case e.Op == ResetEnv || e.Name != name:
		case e.Op == UnsetEnv:
			return "", false
		case e.Op == PresetEnv:
			if v, ok := changed(list[:i], name, before); ok {
				return v, true
			}
			return e.Value, true
		default:
			return e.Value, true
		}
	}
	return before(name)
}

// IsEnvName reports whether a variable may have the name: letters, digits and '_', and no digit at its beginning.
func IsEnvName(s string) bool {
	return s != "" && strings.Trim(s, "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && (s[0] < '0' || s[0] > '9')
}

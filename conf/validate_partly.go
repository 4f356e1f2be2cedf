package conf

import (
	"slices"
	"strings"
)

// Partly has Validate look at the sections that are sound, of a configuration of which others could not be read to their end. It tells
// nothing that may come of what is missing there: no warnings, and no names that nothing has, unless none of what could not be read may
// be such a name.
func Partly(sound func(*Proxy) bool, mayBe func(name string) bool) Option {
	return func(v *validator) { v.sound, v.mayBe = sound, mayBe }
}

// elsewhere are the kinds of names that sections have of each other.
var elsewhere = []string{"backend", "frontend", "server", "userlist", "user", "group", "acme", "mailers", "http-errors", "http_errors"}

// isSound reports whether a section could be read to its end.
func (v *validator) isSound(p *Proxy) bool { return v.sound == nil || v.sound(p) }

// follows reports whether an error may be one of what could not be read.
func (v *validator) follows(e *Error) bool {
	return v.sound != nil && slices.Contains(elsewhere, e.Kind) && slices.ContainsFunc(strings.Split(e.Got, "/"), v.mayBe)
}

// readable is the configuration without the sections that are not sound.
func (v *validator) readable() *Config {
	if v.sound == nil {
		return v.cfg
	}
	part := *v.cfg
	part.Proxies = slices.DeleteFunc(slices.Clone(part.Proxies), func(p *Proxy) bool { return !v.sound(p) })
	return &part
}

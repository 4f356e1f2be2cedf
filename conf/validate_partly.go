package conf

import "slices"

// Partly has Validate look at the sections that are sound, of a configuration of which others could not be read to their end. It tells
// nothing that may come of what is missing there: no warnings, and no names that other sections have.
func Partly(sound func(*Proxy) bool) Option {
	return func(v *validator) { v.sound = sound }
}

// elsewhere are the kinds of names that sections have of each other.
var elsewhere = []string{"backend", "frontend", "server", "userlist", "user", "group", "acme", "mailers", "http-errors", "http_errors"}

// isSound reports whether a section could be read to its end.
func (v *validator) isSound(p *Proxy) bool { return v.sound == nil || v.sound(p) }

// follows reports whether an error may be one of what could not be read.
func (v *validator) follows(e *Error) bool {
	return v.sound != nil && slices.Contains(elsewhere, e.Kind)
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

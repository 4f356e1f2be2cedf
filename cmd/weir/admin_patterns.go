package main

import (
	"context"
	"errors"
	"strings"

	"weir/conf/cfgfile"
	"weir/stats"
)

// Patterns is for "show map", "add acl" and the like.
func (a *admin) Patterns(context.Context) stats.PatternStore { return a.px.State().Patterns }

// GetVar is for "get var".
func (a *admin) GetVar(_ context.Context, name string) (kind, value string, ok bool) {
	return a.px.State().Tell(name)
}

var errProcOnly = errors.New("only scope 'proc' is permitted here")

// SetVar is for "set var": it reads what HAProxy's language has in the global section.
func (a *admin) SetVar(_ context.Context, name, text string, format bool) error {
	if !strings.HasPrefix(name, "proc.") {
		return errors.New("'set var': cannot set variable '" + name + "', " + errProcOnly.Error() + ".")
	}
	keyword := "set-var "
	if format {
		keyword = "set-var-fmt "
	}
	cfg, diags := cfgfile.Parse("set var", []byte("global\n"+keyword+quoteWord(name)+" "+quoteWord(text)+"\n"))
	if len(diags.Errors) > 0 {
		return oneLine(diags.Errors)
	}
	for _, r := range cfg.Global.SetVars {
		if err := a.px.SetVar(r); err != nil {
			return oneLine(err)
		}
	}
	return nil
}

// oneLine is an error that an answer has room for.
func oneLine(err error) error { return errors.New(strings.ReplaceAll(err.Error(), "\n", "; ")) }

// quoteWord writes a text so that the configuration's language reads it as one word.
func quoteWord(text string) string {
	var b strings.Builder
	for _, ch := range []byte(text) {
		if strings.IndexByte(" \t\"'\\#$", ch) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(ch)
	}
	if b.Len() == 0 {
		return `""`
	}
	return b.String()
}

// EventSinks is for "show events".
func (a *admin) EventSinks() []string { return a.px.State().Events.EventSinks() }

// Events is for "show events" with a sink.
func (a *admin) Events(sink string) ([]string, bool) { return a.px.State().Events.Events(sink) }

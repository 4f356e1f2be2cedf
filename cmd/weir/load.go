package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"weir/conf"
	"weir/conf/hclfile"
	"weir/frontend"
)

// loadOptions change what counts as an error.
type loadOptions struct {
	ignoreNames bool // a server whose name cannot be looked up is put into maintenance, with a warning
	noListener  bool // a configuration that listens nowhere is no error: the caller asks listens
}

// load reads and checks files and folders as one configuration: everything that can be known without binding a port.
func load(paths []string) (*conf.Config, conf.Diagnostics) { return loadWith(paths, loadOptions{}) }

func loadWith(paths []string, o loadOptions) (*conf.Config, conf.Diagnostics) {
	cfg, diags := hclfile.LoadFiles(paths, conf.CheckToo(checkRules), conf.CheckToo(checkSystem))
	switch {
	case o.ignoreNames:
		diags.Warn(disableUnknown(cfg)...)
	case len(diags.Errors) > 0: // nothing will be built, which is where names are looked up else
		diags.Add(unknownNames(cfg)...)
	}
	if len(diags.Errors) == 0 {
		diags.Add(compileErrors(cfg)...)
	}
	if len(diags.Errors) == 0 && !o.noListener && !listens(cfg) {
		diags.Add(conf.Bad(conf.Pos{}, "", "nothing would listen: want a bind in a frontend, or a stats socket"))
	}
	diags.Tidy()
	return cfg, diags
}

// compileErrors has the proxies built once, on one loop and without listeners: what only shows there (a name that
// does not resolve) is an error of the configuration too.
func compileErrors(cfg *conf.Config) conf.Errors {
	px, err := frontend.New(cfg, frontend.Options{Loops: 1, Services: noServices()})
	if err == nil {
		px.Close()
		return nil
	}
	var errs conf.Errors
	for _, e := range flatten(err) {
		var placed *conf.Error
		if !errors.As(e, &placed) {
			placed = &conf.Error{Msg: e.Error()}
		}
		errs = append(errs, placed)
	}
	return errs
}

// flatten returns the single errors of a joined one.
func flatten(err error) []error {
	var list conf.Errors
	if errors.As(err, &list) {
		var errs []error
		for _, e := range list {
			errs = append(errs, e)
		}
		return errs
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var errs []error
	for _, e := range many.Unwrap() {
		errs = append(errs, flatten(e)...)
	}
	return errs
}

// report prints warnings and errors, one a line, and reports whether the configuration may run.
func report(w io.Writer, diags conf.Diagnostics, quiet bool) bool {
	if !quiet {
		for _, e := range diags.Warnings {
			fmt.Fprintf(w, "%s (warning)\n", e)
		}
	}
	for _, e := range diags.Errors {
		fmt.Fprintln(w, strings.TrimSpace(e.Error()))
	}
	return len(diags.Errors) == 0
}

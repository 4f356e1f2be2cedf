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

// load reads and checks files and folders as one configuration: everything that can be known without binding a port.
func load(paths []string) (*conf.Config, conf.Diagnostics) {
	cfg, diags := hclfile.LoadFiles(paths, conf.CheckToo(checkRules))
	if len(diags.Errors) == 0 {
		diags.Add(compileErrors(cfg)...)
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

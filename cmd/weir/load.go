package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"weir/conf"
	"weir/conf/cfgfile"
	"weir/conf/hclfile"
	"weir/frontend"
)

// loadOptions change what counts as an error.
type loadOptions struct {
	ignoreNames bool               // a server whose name cannot be looked up is put into maintenance, with a warning
	tag         string             // of log lines without a log-tag; "" = weir
	before      func(*conf.Config) // what else is said is put in before the configuration is checked
	noListener  bool               // a configuration that listens nowhere is no error: the caller asks listens
}

// load reads and checks files and folders as one configuration: everything that can be known without binding a port.
func load(paths []string) (*conf.Config, conf.Diagnostics) { return loadWith(paths, loadOptions{}) }

func loadWith(paths []string, o loadOptions) (*conf.Config, conf.Diagnostics) {
	cfg, diags := readConfig(paths, conf.CalledAs(o.tag), conf.Before(o.before), conf.CheckToo(checkRules), conf.CheckToo(checkTLS), conf.CheckToo(checkSystem), conf.CheckToo(checkStates))
	switch {
	case o.ignoreNames:
		diags.Warn(disableUnknown(cfg)...)
	case len(diags.Errors) > 0: // nothing will be built, which is where names are looked up else
		diags.Add(unknownNames(cfg, diags.Errors)...)
		diags.Add(unknownCheckHosts(cfg)...)
	}
	diags.Add(unknownBinds(cfg)...)
	diags.Add(unknownLogs(cfg)...)
	if len(diags.Errors) == 0 {
		diags.Add(compileErrors(cfg)...)
	}
	if len(diags.Errors) == 0 && !o.noListener && !listens(cfg) {
		diags.Add(conf.Bad(conf.Pos{}, "", "nothing would listen: want a bind in a frontend, or a stats socket"))
	}
	if cfg.Global.Process.ZeroWarning && len(diags.Warnings) > 0 && len(diags.Errors) == 0 {
		diags.Add(conf.Bad(conf.Pos{}, "", "there are warnings, and zero-warning makes them errors"))
	}
	diags.Tidy()
	return cfg, diags
}

// readConfig reads files and folders in the language that they are written in: HCL where a name ends in .hcl, else HAProxy's.
func readConfig(paths []string, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	var diags conf.Diagnostics
	hcl := 0
	for _, path := range paths {
		if isHCL(path) {
			hcl++
		}
		if len(filesIn(path, ".hcl")) > 0 && len(filesIn(path, ".cfg")) > 0 {
			e := conf.Bad(conf.Pos{File: path}, "", "the folder has both *.hcl and *.cfg files, and a configuration is of one language")
			e.Fix = "name the files that are meant"
			diags.Add(e)
		}
	}
	switch {
	case len(diags.Errors) > 0:
		return &conf.Config{}, diags
	case hcl == 0:
		return cfgfile.LoadFiles(paths, opts...)
	case hcl == len(paths):
		return hclfile.LoadFiles(paths, opts...)
	}
	for _, path := range paths {
		if !isHCL(path) {
			e := conf.Bad(conf.Pos{File: path}, "", "is read as haproxy.cfg, and other files of this configuration are HCL")
			e.Want = []string{"files of one language"}
			diags.Add(e)
		}
	}
	return &conf.Config{}, diags
}

// isHCL reports whether a file is in HCL; of a folder, whether it has such files and none of HAProxy's.
func isHCL(path string) bool {
	if st, err := os.Stat(path); err != nil || !st.IsDir() {
		return filepath.Ext(path) == ".hcl"
	}
	return len(filesIn(path, ".hcl")) > 0 && len(filesIn(path, ".cfg")) == 0
}

// filesIn returns the files of a folder whose names end so and do not begin with a dot, which is how editors call theirs.
func filesIn(folder, ending string) []string {
	list, _ := os.ReadDir(folder) // of a file, nothing
	var names []string
	for _, e := range list {
		if name := e.Name(); filepath.Ext(name) == ending && name[0] != '.' {
			names = append(names, filepath.Join(folder, name))
		}
	}
	return names
}

// inFolders puts the haproxy.cfg files of a folder in its place, for what reads no other language: what was converted may stand beside.
func inFolders(paths []string) []string {
	var out []string
	for _, path := range paths {
		names := filesIn(path, ".cfg")
		if len(names) == 0 {
			names = []string{path}
		}
		out = append(out, names...)
	}
	return out
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

// report prints notices, warnings and errors, one a line, and reports whether the configuration may run.
func report(w io.Writer, diags conf.Diagnostics, quiet bool) bool {
	if !quiet {
		for _, e := range diags.Notices {
			fmt.Fprintf(w, "%s (notice)\n", e)
		}
		for _, e := range diags.Warnings {
			fmt.Fprintf(w, "%s (warning)\n", e)
		}
	}
	for _, e := range diags.Errors {
		fmt.Fprintln(w, strings.TrimSpace(e.Error()))
	}
	return len(diags.Errors) == 0
}

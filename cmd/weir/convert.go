package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"weir/conf/cfgfile"
	"weir/conf/convert"
)

func convertCommand() *command {
	return &command{
		name: "convert", args: "[-o FILE [-force]] [-check] FILE...", summary: "write weir.hcl from haproxy.cfg, with its comments",
		help: `
  FILE      a haproxy.cfg, or a folder of *.cfg; several are one configuration, in their order
  -o FILE   write to this file, at once and whole, with the rights of the first file that is read. Without it, to standard output
  -force    write over a file that is there
  -check    write nothing; say whether what would be written means the same

Sections, keywords and comments stay in their order. What is written is read back first, and unless it is the same configuration
nothing is written. Errors are those of "weir check". What variables of the environment and .if blocks come to on this host
is written out, with a comment that tells it. File names stay as they are: relative ones are relative to where Weir is started,
as HAProxy has it, and default_path says so.`,
		run: runConvert,
	}
}

func runConvert(s *streams, args []string) int {
	set := flag.NewFlagSet("convert", flag.ContinueOnError)
	out := set.String("o", "", "")
	force := set.Bool("force", false, "")
	only := set.Bool("check", false, "")
	paths, code, ok := parseArgs(s, convertCommand(), set, args)
	switch {
	case !ok:
		return code
	case len(paths) == 0:
		fmt.Fprintln(s.err, "weir convert: missing FILE; want a haproxy.cfg")
		return exitUsage
	case *force && *out == "":
		fmt.Fprintln(s.err, "weir convert: -force without -o: nothing would be written over")
		return exitUsage
	}
	for _, path := range paths {
		if isHCL(path) {
			return fail(s, fmt.Errorf("convert: %s is HCL already; want a haproxy.cfg", path))
		}
	}
	if *out != "" && !*force && !*only {
		if _, err := os.Lstat(*out); err == nil {
			return fail(s, fmt.Errorf("convert: %s: %w", *out, errExists))
		}
	}
	text, err := convertFiles(s, paths, *out)
	switch {
	case err != nil:
		return fail(s, err)
	case text == nil:
		return exitFail
	case *only:
		fmt.Fprintln(s.out, "what would be written means the same")
	case *out != "":
		if err := writeWhole(*out, text, modeOf(paths[0]), *force); err != nil {
			return fail(s, fmt.Errorf("convert: %w", err))
		}
	default:
		if _, err := s.out.Write(text); err != nil {
			return fail(s, err)
		}
	}
	return exitOK
}

// convertFiles returns what is to be written; no text and no error mean that the configuration is bad, which has been told.
func convertFiles(s *streams, paths []string, out string) ([]byte, error) {
	paths = inFolders(paths)
	_, diags := load(paths)
	if !report(s.err, diags, false) {
		fmt.Fprintf(s.err, "weir convert: %s\n", count(len(diags.Errors), "error"))
		return nil, nil
	}
	sources, diags := cfgfile.ReadSources(paths)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	if out == "" {
		first := sources[0].Name
		out = strings.TrimSuffix(first, filepath.Ext(first)) + ".hcl"
	}
	r, diags := convert.Convert(sources, out)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	if r.Same == nil {
		return r.Text, nil
	}
	if p := r.Config.Global.DefaultPath; (p == "config" || p == "parent") && !sameFolder(sources, out) {
		return nil, fmt.Errorf("convert: with default-path "+p+", file names are relative to the configuration's folder; want -o %s",
			filepath.Join(filepath.Dir(sources[0].Name), filepath.Base(out)))
	}
	return nil, fmt.Errorf("convert: BUG, and nothing was written: %w", r.Same)
}

// sameFolder reports whether the files are where what is written goes.
func sameFolder(sources []cfgfile.Source, out string) bool {
	for _, src := range sources {
		if filepath.Dir(src.Name) != filepath.Dir(out) {
			return false
		}
	}
	return true
}

// modeOf returns the rights of a file: a configuration may hold passwords.
func modeOf(path string) fs.FileMode {
	if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
		return st.Mode().Perm()
	}
	return 0o640
}

var errExists = errors.New("is there already; -force writes over it")

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(path string, text []byte, mode fs.FileMode, force bool) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	for _, step := range []func() error{func() error { return tmp.Chmod(mode) }, tmp.Sync, tmp.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	if force {
		return os.Rename(tmp.Name(), path)
	}
	// A link is not made over a file that has come up meanwhile.
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, errExists)
	} else if err != nil {
		return err
	}
	return nil
}

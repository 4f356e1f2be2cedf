package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// files collects every -c in order.
type files []string

func (f *files) String() string { return strings.Join(*f, " ") }

func (f *files) Set(s string) error {
	if s == "" {
		return errors.New("want a file name")
	}
	*f = append(*f, s)
	return nil
}

// parse reads a command's flags; arguments that are left over are an error. The second result is false where the command has to
// end with the exit code of the first.
func parse(s *streams, c *command, set *flag.FlagSet, args []string) (int, bool) {
	rest, code, ok := parseArgs(s, c, set, args)
	if !ok || len(rest) == 0 {
		return code, ok
	}
	hint := ""
	if set.Lookup("c") != nil {
		hint = "; a configuration is given with -c"
	}
	fmt.Fprintf(s.err, "weir %s: got the argument %q; want flags only%s\n", c.name, rest[0], hint)
	return exitUsage, false
}

// parseArgs reads a command's flags, which may stand before and after its arguments, and returns the arguments. The last result is false
// where the command has to end with the exit code of the one before.
func parseArgs(s *streams, c *command, set *flag.FlagSet, args []string) ([]string, int, bool) {
	var rest []string
	for {
		if code, ok := parseFlags(s, c, set, args); !ok {
			return nil, code, false
		}
		if args = set.Args(); len(args) == 0 {
			return rest, 0, true
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// parseFlags reads flags up to the first argument.
func parseFlags(s *streams, c *command, set *flag.FlagSet, args []string) (int, bool) {
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		c.describe(s.out)
		return exitOK, false
	case err != nil:
		const unknown = "flag provided but not defined: -"
		if name, ok := strings.CutPrefix(err.Error(), unknown); ok {
			var known []string
			set.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
			fmt.Fprintf(s.err, "weir %s: flag: got %q; want %s%s\n", c.name, "-"+name, flagList(known), suggest(name, known))
		} else {
			fmt.Fprintf(s.err, "weir %s: %s\n", c.name, err)
		}
		return exitUsage, false
	}
	return 0, true
}

func flagList(names []string) string {
	var list []string
	for _, n := range names {
		if len(n) == 1 {
			list = append(list, "-"+n)
		} else {
			list = append(list, "--"+n)
		}
	}
	return strings.Join(list, ", ")
}

// Weir is an L4/L7 load balancer that speaks HAProxy's language.
//
//	weir run                 show the built-in example
//	weir run -c weir.hcl     run a configuration
//	weir check -c weir.hcl   say what a configuration means, or everything that is wrong with it
//	weir convert ...         write weir.hcl from haproxy.cfg, with its comments
//	weir explain ... URL     say what a configuration does with a request, rule by rule
//	weir haproxy ...         be HAProxy: its command line, signals and exit codes; also when the program is called haproxy
//
// This package is the command line: flags, signals, limits, privileges, and the order in which the parts start and stop. What a
// proxy does is in frontend and the packages below it.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"weir/conf"
)

// Exit codes. A wrapper may tell a mistake of the caller from a failure at run time.
const (
	exitOK    = 0
	exitFail  = 1 // the configuration is bad, or something could not be started
	exitUsage = 2 // the command line is wrong
)

// command is one row of the command table: help, dispatch and suggestions are made from it.
type command struct {
	name    string
	args    string
	summary string
	help    string
	run     func(io *streams, args []string) int
}

// streams are what a command reads and writes, so that tests can look.
type streams struct {
	out, err io.Writer
}

func commands() []*command {
	return []*command{runCommand(), checkCommand(), convertCommand(), explainCommand(), compatCommand(), haproxyCommand(), healthCommand(), versionCommand(), helpCommand()}
}

func main() {
	s := &streams{os.Stdout, os.Stderr}
	if calledHaproxy(os.Args[0]) {
		os.Exit(haproxyMain(s, os.Args[1:]))
	}
	os.Exit(dispatch(s, os.Args[1:]))
}

func dispatch(s *streams, args []string) int {
	if len(args) == 0 {
		usage(s.err)
		return exitUsage
	}
	switch args[0] {
	case "-h", "-help", "--help":
		args[0] = "help"
	case "-v", "-version", "--version":
		args[0] = "version"
	}
	var names []string
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(s, args[1:])
		}
		names = append(names, c.name)
	}
	fmt.Fprintf(s.err, "weir: command: got %q; want %s%s\n", args[0], strings.Join(names, ", "), suggest(args[0], names))
	return exitUsage
}

// suggest returns ` (did you mean "run"?)`, or nothing.
func suggest(got string, known []string) string {
	if near := conf.Nearest(got, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Weir is an L4/L7 load balancer.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  weir %-8s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\n\"weir help COMMAND\" says more. With no configuration, \"weir run\" shows an example.\n")
}

func helpCommand() *command {
	c := &command{name: "help", args: "[COMMAND]", summary: "say how to use weir or one of its commands", help: "Without a command it lists them all."}
	c.run = func(s *streams, args []string) int {
		if len(args) == 0 {
			usage(s.out)
			return exitOK
		}
		var names []string
		for _, c := range commands() {
			if c.name == args[0] {
				c.describe(s.out)
				return exitOK
			}
			names = append(names, c.name)
		}
		fmt.Fprintf(s.err, "weir: help: got %q; want %s%s\n", args[0], strings.Join(names, ", "), suggest(args[0], names))
		return exitUsage
	}
	return c
}

func (c *command) describe(w io.Writer) {
	fmt.Fprintf(w, "usage: weir %s\n\n%s.\n", strings.TrimSpace(c.name+" "+c.args), strings.ToUpper(c.summary[:1])+c.summary[1:])
	if c.help != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(c.help))
	}
}

// fail prints an error as one line per cause and returns exitFail.
func fail(s *streams, err error) int {
	complain(s, err)
	return exitFail
}

// complain says each error once and returns how many there were.
func complain(s *streams, err error) int {
	said := map[string]bool{} // a target that two sections log to cannot be opened for either
	for _, e := range flatten(err) {
		if text := e.Error(); !said[text] {
			said[text] = true
			fmt.Fprintf(s.err, "weir: %s\n", text)
		}
	}
	return len(said)
}

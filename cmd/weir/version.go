package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// version is set by the Makefile (-ldflags "-X main.version=...").
var version = "0.1.0-dev"

func versionCommand() *command {
	return &command{name: "version", run: printVersion, summary: "print the version and what it was built from"}
}

func printVersion(s *streams, args []string) int {
	if code, ok := parse(s, versionCommand(), flag.NewFlagSet("version", flag.ContinueOnError), args); !ok {
		return code
	}
	fmt.Fprintf(s.out, "weir %s\n%s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		if line := vcs(info); line != "" {
			fmt.Fprintln(s.out, line)
		}
	}
	return exitOK
}

// releaseDate is the day of the commit that the program was built from, as "show info" has it, or that on which it was built.
var releaseDate = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if date := dateOf(info); date != "" {
			return date
		}
	}
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	file, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return file.ModTime().Format(dateForm)
})

const dateForm = "2006/01/02"

func dateOf(info *debug.BuildInfo) string {
	for _, s := range info.Settings {
		if t, err := time.Parse(time.RFC3339, s.Value); err == nil && s.Key == "vcs.time" {
			return t.Format(dateForm)
		}
	}
	return ""
}

// vcs returns "commit abc (2026-11-21T08:00:00Z, modified)", or nothing for a build outside of a repository.
func vcs(info *debug.BuildInfo) string {
	var revision string
	var more []string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.time":
			more = append(more, s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			more = append(more, "modified")
		}
	}
	if revision == "" {
		return ""
	}
	if len(more) > 0 {
		return fmt.Sprintf("commit %s (%s)", revision, strings.Join(more, ", "))
	}
	return "commit " + revision
}

package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
)

// profilePath is the profile that "make build" gives the compiler, from the repository's root.
const profilePath = "cmd/weir/weir.pgo"

// runProfile loads Weir as the scenarios do, without rules and with twenty, and writes the merged CPU profile to a file: the compiler inlines by it
// what traffic runs through (go.dev/doc/pgo).
func runProfile(o *options, file string) error {
	if err := writeMap(o.dir); err != nil {
		return err
	}
	var parts []string
	for _, n := range []int{0, len(someRules)} {
		text, err := ruleConfig(o.dir, "stdout format raw", someRules[:n])
		if err != nil {
			return err
		}
		o.profile = filepath.Join(o.dir, fmt.Sprintf("%d.pprof", n))
		parts = append(parts, o.profile)
		if err := o.profileOne(text + "listen tcp\n  mode tcp\n  bind 127.0.0.1:@P4@\n  server s1 127.0.0.1:9001\n"); err != nil {
			return err
		}
	}
	merged, err := exec.Command("go", append([]string{"tool", "pprof", "-proto"}, parts...)...).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	return os.WriteFile(file, merged, 0o644)
}

// profileOne puts one configuration under each load.
func (o *options) profileOne(text string) error {
	s, err := startFile(o, "weir", "profile.cfg", text)
	if err != nil {
		return err
	}
	defer s.proc.stop()
	for range o.rounds {
		for _, r := range []result{
			o.load(s, s.http, 64, "/", false, rulesHost),
			o.load(s, s.http, 64, "/", true, rulesHost),
			o.load(s, s.http, 64, "/big/10k", false, rulesHost),
			o.load(s, s.tcp, 64, "/", false, ""),
		} {
			if r.note != "" {
				return fmt.Errorf("the load: %s", r.note)
			}
			log.Printf("%.0f/s", r.rate)
		}
	}
	return nil
}

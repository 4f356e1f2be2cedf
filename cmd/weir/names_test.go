package main

import (
	"testing"

	"weir/conf"
	"weir/conf/cfgfile"
)

// TestUnknownNamesBesideErrors: a server with another error is not said to have no address as well.
func TestUnknownNamesBesideErrors(t *testing.T) {
	cfg, diags := cfgfile.Parse("x.cfg", []byte("backend b\n server s nohost.invalid:1 resolvers r\n server t nohost.invalid:1\n"))
	if len(diags.Errors) == 0 {
		t.Fatal("resolvers is taken now: this test needs another error of a server")
	}
	errs := unknownNames(cfg, diags.Errors)
	if len(errs) != 1 || errs[0].Pos != (conf.Pos{File: "x.cfg", Line: 3, Col: 2}) {
		t.Errorf("got %v; want the server of line 3", errs)
	}
}

// TestUnknownCheckHosts: the hosts that rules of health checks connect to are names too, where anything is checked.
func TestUnknownCheckHosts(t *testing.T) {
	const rules = " option httpchk\n http-check connect addr localhost\n http-check connect addr nohost.invalid port 81\n http-check connect addr unix@/run/x\n"
	for text, want := range map[string]int{
		"backend b\n" + rules + " server s 127.0.0.1:1 check\n":            1,
		"backend b\n" + rules + " server s 127.0.0.1:1\n":                  0,
		"backend b\n disabled\n" + rules + " server s 127.0.0.1:1 check\n": 0,
	} {
		cfg, diags := cfgfile.Parse("x.cfg", []byte(text))
		if len(diags.Errors) > 0 {
			t.Fatal(diags.Errors)
		}
		errs := unknownCheckHosts(cfg)
		if len(errs) != want || want > 0 && errs[0].Pos.Line != 4 {
			t.Errorf("%q: got %v", text, errs)
		}
	}
}

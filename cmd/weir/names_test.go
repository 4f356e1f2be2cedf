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

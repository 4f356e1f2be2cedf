//go:build !weirdebug

package loop

// debugBuild turns on what costs too much for production: see debug_on.go.
const debugBuild = false

type debugIDs struct{}

func (*debugIDs) own()       {}
func (*debugIDs) disown()    {}
func (*Loop) mustOwn(string) {}
func mangle([]byte)          {}
func stumble()               {}

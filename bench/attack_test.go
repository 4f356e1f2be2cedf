package main

import (
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/h2attack"
	"weir/internal/testport"
)

// The test is its own attacker, as the program is.
func TestMain(m *testing.M) {
	log.SetFlags(0)
	if len(os.Args) > 1 && part(os.Args[1], os.Args[2:]) {
		return
	}
	os.Exit(m.Run())
}

// testOrigin has the origin answer until the tests are over.
var testOrigin = sync.OnceFunc(func() { go serveOrigin(originBase); go serveOrigin(attackedBase) })

// TestAttackNames wants every attack among the names, once.
func TestAttackNames(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range attackNames() {
		if seen[name] || strings.Contains(name, ";") {
			t.Errorf("%q stands twice, or cannot be asked for", name)
		}
		seen[name] = true
	}
	for _, a := range h2attack.All {
		if !seen[a.Name] {
			t.Errorf("%q is not measured", a.Name)
		}
	}
}

// TestAttack measures one attack for a moment: what others feel of it is not judged here.
func TestAttack(t *testing.T) {
	testOrigin()
	o := &options{dir: t.TempDir(), length: 300 * time.Millisecond, port: testport.Free}
	if err := o.buildWeir(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; o.length *= 2 { // a busy machine needs longer
		r, err := o.measureAttack("weir", "rapid reset")
		if err != nil {
			t.Fatal(err)
		}
		before, with := r[0], r[1]
		if before.cuts > 0 || len(before.counted) > 0 && slices.Contains(before.counted, "h2_rapid_reset") {
			t.Errorf("without the attack: %+v", before)
		}
		if before.asked > 0 && with.asked > 0 && with.p99 > 0 && with.cuts > 0 && slices.Contains(with.counted, "h2_rapid_reset") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with the attack: %+v", with)
		}
	}
}

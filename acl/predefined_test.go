package acl

import (
	"maps"
	"slices"
	"testing"

	"weir/conf"
)

// What conf takes for a predefined ACL, because it cannot ask this package, is what there is.
func TestPredefinedAreConfs(t *testing.T) {
	got := slices.Sorted(maps.Keys(predefined))
	if want := slices.Sorted(slices.Values(conf.PredefinedACLs)); !slices.Equal(got, want) {
		t.Errorf("acl has %q; conf has %q", got, want)
	}
}

package hclfile

import (
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

// TestActionsOfBoth holds HCL to the actions that haproxy.cfg has: in the same lists.
func TestActionsOfBoth(t *testing.T) {
	lists := map[string]ruleList{}
	for i := range listRows {
		lists[strings.ReplaceAll(listRows[i].keyword(), "_", "-")] = listRows[i].list
	}
	n := 0
	for _, k := range cfgfile.Keywords() {
		list, ok := lists[k.Context]
		if !ok || k.Status != cfgfile.Done || list&anyCheck != 0 { // those of checks are keywords, not all of them actions
			continue
		}
		n++
		if actionByName(k.Name, list) == nil {
			t.Errorf("%s: no action %q", k.Context, k.Name)
		}
	}
	if n < 100 {
		t.Errorf("looked at %d actions", n)
	}
}

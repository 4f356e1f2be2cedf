package acl

import "testing"

func TestInventory(t *testing.T) {
	find := func(list []Entry, name string) Entry {
		for _, e := range list {
			if e.Name == name {
				return e
			}
		}
		t.Fatalf("no %q", name)
		return Entry{}
	}
	if e := find(Converters(), "bytes"); e.Arguments != "(integer[,integer])" || e.Out != "bin" {
		t.Errorf("bytes: %+v", e)
	}
	// The columns are those of HAProxy 2.6: [ . . Y Y Y Y Y Y Y Y Y . . . . . . . . . . . ] path: str
	e := find(Fetches(), "path")
	for i, yes := range e.Where {
		if want := i >= 2 && i <= 10; yes != want {
			t.Errorf("path, column %d: got %v; want %v", i, yes, want)
		}
	}
	if e := find(Fetches(), "hdr_cnt"); e.Arguments != "([string])" || e.Out != "sint" {
		t.Errorf("an alias, hdr_cnt: %+v", e)
	}
	if e := find(Converters(), "add"); e.In != "sint" || e.Out != "sint" {
		t.Errorf("add: %+v", e)
	}
	var found bool
	for _, k := range ACLKeywords() {
		found = found || k == ACLKeyword{"path_beg", "path", "beg"}
	}
	if !found || !HasACLKeyword("path_beg") || HasACLKeyword("path_bag") {
		t.Error("path_beg is not among the ACL keywords, or path_bag is")
	}
}

package stats

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// labPatterns notes what is asked of it. The map is called m, the ACL's list a.
type labPatterns struct{ l *lab }

func (l *lab) Patterns(context.Context) PatternStore { return labPatterns{l} }

func (p labPatterns) known(isMap bool, name string) error {
	switch {
	case isMap && name != "m":
		return errUnknownMap
	case !isMap && name != "a":
		return errUnknownACL
	}
	return nil
}

func (p labPatterns) note(isMap bool, name string, format string, args ...any) error {
	if err := p.known(isMap, name); err != nil {
		return err
	}
	return p.l.note(format, args...)
}

func verText(ver *uint32) string {
	if ver == nil {
		return "now"
	}
	return fmt.Sprint(*ver)
}

func (p labPatterns) List(isMap bool) []string { return []string{fmt.Sprintf("0 (%v)", isMap)} }

func (p labPatterns) Dump(isMap bool, name string, ver *uint32) ([]string, error) {
	return []string{"0x10 k " + verText(ver)}, p.known(isMap, name)
}

func (p labPatterns) Add(isMap bool, name string, ver *uint32, key, value string) error {
	if value == "bad" {
		return errors.New("unable to parse 'bad'.")
	}
	return p.note(isMap, name, "add %s %s %s=%s", name, verText(ver), key, value)
}

func (p labPatterns) Set(name, key, value string) error {
	return p.note(true, name, "set %s %s=%s", name, key, value)
}

func (p labPatterns) Del(isMap bool, name, key string) error {
	return p.note(isMap, name, "del %s %s", name, key)
}

func (p labPatterns) Clear(isMap bool, name string, ver *uint32) error {
	return p.note(isMap, name, "clear %s %s", name, verText(ver))
}

func (p labPatterns) Prepare(isMap bool, name string) (uint32, error) { return 7, p.known(isMap, name) }

func (p labPatterns) Commit(isMap bool, name string, ver uint32) error {
	return p.note(isMap, name, "commit %s %d", name, ver)
}

func (p labPatterns) Lookup(isMap bool, name, value string) ([]string, error) {
	return []string{"found " + value}, p.known(isMap, name)
}

func (l *lab) GetVar(_ context.Context, name string) (kind, value string, ok bool) {
	return "sint", "5", name == "proc.five"
}

func (l *lab) SetVar(_ context.Context, name, text string, format bool) error {
	return l.note("var %s %s %v", name, text, format)
}

func (l *lab) EventSinks() []string { return []string{"    buf0       : type=buffer"} }

func (l *lab) Events(sink string) ([]string, bool) { return []string{"<0>happened"}, sink == "buf0" }

func TestCLIPatterns(t *testing.T) {
	lab := newLab()
	path, _, _ := testSocket(t, lab, Socket{Level: LevelAdmin})
	f := func(in, want, did string) {
		t.Helper()
		if want += "\n"; want != "\n" {
			want += "\n"
		}
		if got := ask(t, path, in+"\n"); got != want {
			t.Errorf("%q answers %q; want %q", in, got, want)
		}
		if got := lab.done(); got != did {
			t.Errorf("%q did %q; want %q", in, got, did)
		}
	}
	f("show map", "# id (file) description\n0 (true)", "")
	f("show acl", "# id (file) description\n0 (false)", "")
	f("show map m", "0x10 k now", "")
	f("show map @3 m", "0x10 k 3", "")
	f("show map @3", errUnknownMap.Error(), "")
	f("show acl @x a", errVersionNumber.Error(), "")
	f("get map m v", "found v", "")
	f("get map m", errNeedMapKey.Error(), "")
	f("get acl", errNeedACLKey.Error(), "")
	f("add map m k v", "", "add m now k=v")
	f(`add map @2 m k v\ w`, "", "add m 2 k=v w")
	f("add map m k", errAddMap.Error(), "")
	f("add acl a k", "", "add a now k=")
	f("add acl a", errAddACL.Error(), "")
	f("add acl x k", errUnknownACL.Error(), "")
	f("set map m k v", "", "set m k=v")
	f("set map m k", errSetMap.Error(), "")
	f("del map m #0x10", "", "del m #0x10")
	f("del map m", errDelMap.Error(), "")
	f("del acl a", errDelACL.Error(), "")
	f("clear map @1 m", "", "clear m 1")
	f("clear map", errNeedMap.Error(), "")
	f("clear acl a", "", "clear a now")
	f("prepare map m", "New version created: 7", "")
	f("prepare acl", errUnknownACL.Error(), "")
	f("commit map @7 m", "", "commit m 7")
	f("commit map m", errNeedVersion.Error(), "")
	f("commit map @7", errNeedMap.Error(), "")
	f("commit acl @x a", errVersionNumber.Error(), "")
	if got := ask(t, path, "get var proc.five\n"); got != "proc.five: type=sint value=<5>\n" {
		t.Errorf("get var answers %q", got)
	}
	if got := ask(t, path, "show events nope\n"); got != "No such event sink\n" {
		t.Errorf("show events answers %q", got)
	}
	f("get var proc.six", "Variable not found.", "")
	f("get var", errNeedVar.Error(), "")
	f("set var proc.a int(5)", "", "var proc.a int(5) false")
	f("set var proc.a fmt a%[int(5)]", "", "var proc.a a%[int(5)] true")
	f("set var proc.a expr int(5)", "", "var proc.a int(5) false")
	f("set var proc.a", errNeedExpr.Error(), "")
	f("show events buf0", "<0>happened", "")
	f("show events buf0 -w", errSinkOptions.Error(), "")
	f("echo a  b", "a b", "")
	f("wait 1ms;echo c", "\nc", "")
	f("wait", errNeedDelay.Error(), "")
	f("wait x", errTimeoutValue.Error(), "")
	f("wait 2h", errTimeoutValue.Error(), "")
	f("wait 1s srv-removable", errWaitFor.Error(), "")
	f("experimental-mode on;experimental-mode", "\nexperimental-mode is ON", "")
	f("expert-mode x", errModeArgument.Error(), "")
}

func TestCLIPayload(t *testing.T) {
	lab := newLab()
	path, _, _ := testSocket(t, lab, Socket{Level: LevelAdmin})
	f := func(in, want, did string) {
		t.Helper()
		if got := ask(t, path, in); got != want {
			t.Errorf("%q answers %q; want %q", in, got, want)
		}
		if got := lab.done(); got != did {
			t.Errorf("%q did %q; want %q", in, got, did)
		}
	}
	f("add map m <<\nk v\n  k2   v2 w\n\n", "\n", "add m now k=v; add m now k2=v2 w")
	f("add map @3 m x y <<\nk v\n\n", "\n", "add m 3 k=v")
	f("add map m <<END\nk v\n\nk2 v2\nEND\n", "\n", "add m now k=v; add m now k2=v2")
	f("add map m <<\nk v\nk2\nk3 v\n\n", "Missing value for key 'k2'.\n\n", "add m now k=v")
	f("add map m <<\nk v\nk2 bad\nk3 v\n\n", "unable to parse 'bad'.\n\n", "add m now k=v")
	f("add acl a <<\nx y\nz\n\n", "\n", "add a now x=y; add a now z=")
	f("add map x <<\nk v\n\n", errUnknownMap.Error()+"\n\n", "")
	f("add map m <<\n\n", errAddMap.Error()+"\n\n", "")
	f("echo a;add map m <<\nk v\n\n", "a\n\n\n", "add m now k=v")
	f("add map m <<\nk v\n", errPayloadTooLong.Error()+"\n\n", "") // cut off: nothing is done
	f("add map m <<\n"+strings.Repeat("k "+strings.Repeat("v", 1000)+"\n", 100)+"\n", errPayloadTooLong.Error()+"\n\n", "")
}

// Reading is for everybody and changes are for operators.
func TestCLIPatternLevels(t *testing.T) {
	lab := newLab()
	for level, allowed := range map[Level]string{LevelUser: "show map|get map m k", LevelOperator: "show map|get map m k|add map m k v|get var proc.five|show events buf0"} {
		path, _, _ := testSocket(t, lab, Socket{Level: level})
		for _, in := range []string{"show map", "get map m k", "add map m k v", "del acl a k", "get var proc.five", "set var proc.a int(1)", "show events buf0"} {
			denied := strings.HasPrefix(ask(t, path, in+"\n"), "Permission denied")
			want := !strings.Contains("|"+allowed+"|", "|"+in+"|") && !(level == LevelOperator && in == "del acl a k")
			if denied != want {
				t.Errorf("%v: %q: denied %v; want %v", level, in, denied, want)
			}
		}
	}
}

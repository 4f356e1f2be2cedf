package stats

import (
	"reflect"
	"strings"
	"testing"
)

const stateLine = "2 f 7 s7 127.0.0.9 2 0 1 10 61 1 0 2 0 0 0 1 localhost 77 - 1 80 - - 0"

// What is written is read back.
func TestServersStateRoundTrip(t *testing.T) {
	for _, line := range []string{stateLine, "3 b.x 1 s1 - 0 5 0 256 0 8 2 0 14 0 1 0 - 0 _http._tcp 0 0 192.0.2.1 192.0.2.2 65535", "1 f 1 s ::1 3 8 1 1 0 6 3 4 6 0 0 0 - 1 - 0 0 - - 0"} {
		rows, err := ParseServersState("1\n" + stateColumns + "\n" + line + "\n\n")
		if err != nil || len(rows) != 1 {
			t.Fatalf("%q: %v, %v", line, rows, err)
		}
		if got := rows[0].String(); got != line {
			t.Errorf("got %q; want %q", got, line)
		}
	}
}

func TestServersStateErrors(t *testing.T) {
	f := func(text, want string, rows int) {
		t.Helper()
		got, err := ParseServersState(text)
		if err == nil || err.Error() != want || len(got) != rows {
			t.Errorf("%q: %d rows, %v; want %d, %s", text, len(got), err, rows, want)
		}
	}
	f("", "it is empty", 0)
	f("2\n"+stateLine, `line 1: got "2"; want the version of the format, 1`, 0)
	f("1\nx\n"+stateLine+"\ny\n", "line 2: got 1 columns; want 19 to 25", 1)
	f("1\n"+stateLine+" more\n", "line 2: got 26 columns; want 19 to 25", 0)
	f("1\n"+strings.Replace(stateLine, " 2 0 1 10 ", " 4 0 1 10 ", 1), `line 2: column 6: got "4"; want a number from 0 to 3`, 0)
	f("1\n"+strings.Replace(stateLine, " 1 10 ", " 257 x ", 1), `line 2: column 8: got "257"; want a number from 0 to 256`, 0)
	f("1\n"+strings.Replace(stateLine, "127.0.0.9", "nowhere", 1), `line 2: column 5: got "nowhere"; want an address`, 0)
	f("1\n"+strings.Replace(stateLine, " s7 ", " s\x07 ", 1), `line 2: column 4: got "s\a"; want no control characters`, 0)
	for cut := range len(stateLine) {
		columns := len(strings.Fields(stateLine[:cut]))
		if rows, _ := ParseServersState("1\n" + stateLine[:cut]); len(rows) > 0 && columns < stateFieldsMin {
			t.Errorf("%d columns are a row: %v", columns, rows)
		}
	}
}

func FuzzParseServersState(f *testing.F) {
	f.Add("1\n" + stateColumns + "\n" + stateLine + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, _ := ParseServersState(text)
		var again strings.Builder
		again.WriteString("1\n")
		for i := range rows {
			again.WriteString(rows[i].String() + "\n")
		}
		second, err := ParseServersState(again.String())
		if err != nil || len(second) != len(rows) {
			t.Fatalf("%q is written as %q, which cannot be read: %v", text, again.String(), err)
		}
		for i := range rows {
			if !reflect.DeepEqual(rows[i], second[i]) {
				t.Fatalf("got %+v; want %+v", second[i], rows[i])
			}
		}
	})
}

package stats

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

var typedLine = regexp.MustCompile(`^([FBSL])\.(\d+)\.(\d+)\.(\d+)\.([^:]+)\.1:(...):([a-z0-9]+):(.*)$`)

// Every typed line that HAProxy printed for these rows is printed with the same tags and type, and none beside them.
func TestTypedShapeEqualsHAProxy(t *testing.T) {
	got := map[string]bool{}
	for _, line := range strings.Split(strings.TrimRight(string(appendTyped(nil, labRows(), &view{now: labNow, legends: true})), "\n"), "\n") {
		m := typedLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %q does not parse", line)
		}
		if n, err := strconv.Atoi(m[4]); err != nil || n >= len(fixedFields)-1 {
			continue // see TestExtraColumnsEqualHAProxy
		}
		got[fmt.Sprintf("%s %s %s %s:%s", m[1], m[4], m[5], m[6], m[7])] = true
	}
	compareShapes(t, got, recorded(t, "stat_typed_shape.txt"))
}

func TestInfoTypedShapeEqualsHAProxy(t *testing.T) {
	info := labInfo()
	re := regexp.MustCompile(`^(\d+)\.([^:]+)\.1:(...:[a-z0-9]+):`)
	got := map[string]bool{}
	for _, line := range strings.Split(strings.TrimRight(string(appendInfoTyped(nil, &info, &view{now: labNow})), "\n"), "\n") {
		m := re.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %q does not parse", line)
		}
		got[fmt.Sprintf("%s %s %s", m[1], m[2], m[3])] = true
	}
	compareShapes(t, got, recorded(t, "info_typed_shape.txt"))
}

// compareShapes reports what only one side has.
func compareShapes(t *testing.T, got map[string]bool, want string) {
	t.Helper()
	have := map[string]bool{}
	for _, line := range strings.Split(want, "\n") {
		have[line] = true
		if !got[line] {
			t.Errorf("%q is not printed", line)
		}
	}
	var extra []string
	for line := range got {
		if !have[line] {
			extra = append(extra, line)
		}
	}
	sort.Strings(extra)
	for _, line := range extra {
		t.Errorf("%q is printed; HAProxy has no such line", line)
	}
}

// The JSON format says the same as the typed one.
func TestJSONSaysWhatTypedSays(t *testing.T) {
	v := &view{now: labNow, legends: true}
	var rows [][]struct {
		ObjType string
		ProxyID int `json:"proxyId"`
		ID      int
		Field   struct {
			Pos  int
			Name string
		}
		ProcessNum int
		Tags       struct{ Origin, Nature, Scope string }
		Value      struct {
			Type  string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal(appendJSON(nil, labRows(), v), &rows); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		for _, c := range r {
			text := strings.Trim(string(c.Value.Value), `"`)
			if c.Tags.Origin == "" || c.Tags.Nature == "" || c.Tags.Scope == "" || c.ProcessNum != 1 {
				t.Fatalf("%+v lacks a tag", c)
			}
			got = append(got, fmt.Sprintf("%c.%d.%d.%d.%s %s %s", c.ObjType[0], c.ProxyID, c.ID, c.Field.Pos, c.Field.Name, c.Value.Type, text))
		}
	}
	var want []string
	for _, line := range strings.Split(strings.TrimRight(string(appendTyped(nil, labRows(), v)), "\n"), "\n") {
		m := typedLine.FindStringSubmatch(line)
		want = append(want, fmt.Sprintf("%s.%s.%s.%s.%s %s %s", m[1], m[2], m[3], m[4], m[5], m[7], m[8]))
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%d JSON cells, %d typed lines, or they differ", len(got), len(want))
	}
}

func TestJSONIntegersStayExact(t *testing.T) {
	r := labRows()[:1]
	r[0].BytesIn = 1<<64 - 1
	out := string(appendJSON(nil, r, &view{now: labNow}))
	if !strings.Contains(out, `"value":9007199254740991}`) {
		t.Fatal("a counter beyond 2^53 is not held at the largest exact integer")
	}
}

func TestSchemaIsJSON(t *testing.T) {
	var c call
	if err := showSchema(&c); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(c.out, &schema); err != nil {
		t.Fatal(err)
	}
	if schema["definitions"] == nil || schema["oneOf"] == nil {
		t.Fatalf("schema lacks its parts: %s", c.out)
	}
}

package hclfile

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"sort"
	"testing"

	"weir/conf"
)

// unwritten are the fields that Encode has no word for, each with the reason. Nothing else may be missing: what the model can hold, HCL can say.
var unwritten = map[string]string{
	"Config.Files":        "where it was read from",
	"ErrorFile.Data":      "read from Path",
	"SetAddr.Name":        "the action's name",
	"SetSocket.Name":      "the action's name",
	"SwitchMode.Mode":     "there is only http",
	"Unsupported.Keyword": "what cannot be run is not written",
	"Unsupported.Why":     "what cannot be run is not written",
}

// TestEveryFieldWritten changes every field that a configuration can have and looks whether what Encode writes changes with it. A field
// that is new in conf and has no row here fails: see grammar.go for what a row is, and rows_*.go for where.
func TestEveryFieldWritten(t *testing.T) {
	c := &coverage{seen: map[string]int{}, done: map[string]bool{}}
	c.walk(reflect.TypeFor[conf.Config](), nil, "Config")
	var missing []string
	for field := range c.seen {
		switch {
		case !c.done[field] && unwritten[field] == "":
			missing = append(missing, field)
		case c.done[field] && unwritten[field] != "":
			t.Errorf("conf.%s is written: take it from the list of those that are not", field)
		}
	}
	sort.Strings(missing)
	for _, field := range missing {
		t.Errorf("conf.%s is not written: HCL cannot say it", field)
	}
	if len(c.seen) < 300 {
		t.Errorf("looked at %d fields", len(c.seen))
	}
}

// TestEveryActionWritten holds the actions of conf to those that have a row.
func TestEveryActionWritten(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range actionTypes(anyList) {
		known[typ.Name()] = true
	}
	files, _ := filepath.Glob("../*.go")
	n := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Keyword" || f.Recv == nil {
				continue
			}
			n++
			if typ := f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name; !known[typ] {
				t.Errorf("the action conf.%s has no row", typ)
			}
		}
	}
	if n < 40 {
		t.Errorf("found %d actions", n)
	}
}

const anyList = ^ruleList(0)

// actionTypes are the types of the actions of a list.
func actionTypes(in ruleList) []reflect.Type {
	seen := map[reflect.Type]bool{}
	var out []reflect.Type
	for _, rows := range [][]actionRow{actionRows, checkActionRows} {
		for i := range rows {
			if typ := reflect.TypeOf(rows[i].make()).Elem(); rows[i].in&in != 0 && !seen[typ] {
				seen[typ] = true
				out = append(out, typ)
			}
		}
	}
	return out
}

// rulesAt is the list that a path has come to: of a proxy, or else one that has what the global section and redirect lines may have.
func rulesAt(path []step) ruleList {
	if len(path) > 3 && path[1] == (step{}) {
		p := &conf.Proxy{}
		field := reflect.ValueOf(p).Elem().Field(path[3].field).Addr().Interface()
		for i := range listRows {
			if any(listRows[i].rulesP(p)) == field {
				return listRows[i].list
			}
		}
	}
	return httpReq
}

// coverage is which fields there are, and which are written. A field is named by its type, and so is the same wherever that type stands.
type coverage struct {
	seen map[string]int
	done map[string]bool
}

// maxPlaces is in how many places a field is tried: what is not written in the first ones is hardly written in the hundredth.
const maxPlaces = 500

// A step of a path into a configuration: a field, by its index; the only element of a pointer, slice or map; or a type in an interface.
type step struct {
	field int
	as    reflect.Type // of an interface
}

// walk visits all fields below a type.
func (c *coverage) walk(typ reflect.Type, path []step, name string) {
	switch {
	case typ == reflect.TypeFor[conf.Pos](), typ == reflect.TypeFor[conf.Places]():
		return
	case typ == reflect.TypeFor[conf.Action]():
		for _, action := range actionTypes(rulesAt(path)) {
			c.walk(action, append(path[:len(path):len(path)], step{as: action}), action.Name())
		}
		return
	}
	switch typ.Kind() {
	case reflect.Struct:
		for i := range typ.NumField() {
			f := typ.Field(i)
			at := append(path[:len(path):len(path)], step{field: i})
			if holds(path, typ, f.Type) {
				continue
			}
			full := typ.Name() + "." + f.Name
			c.walk(f.Type, at, full)
		}
	case reflect.Pointer, reflect.Map:
		c.walk(typ.Elem(), append(path[:len(path):len(path)], step{}), name)
	case reflect.Slice, reflect.Array:
		if typ.Elem().Kind() == reflect.Uint8 {
			c.leaf(path, name)
			return
		}
		c.walk(typ.Elem(), append(path[:len(path):len(path)], step{}), name)
	default:
		c.leaf(path, name)
	}
}

// holds reports a field of a type that holds itself, such as a condition of conditions: once is enough.
func holds(path []step, typ, field reflect.Type) bool {
	for field.Kind() == reflect.Pointer || field.Kind() == reflect.Slice {
		field = field.Elem()
	}
	return field == typ
}

// leaf tries to have a field written: in a configuration that has everything, in one that has nothing else, and in one whose switches
// are on; and with each value of the words (kinds, modes, algorithms) that stand in one of the structures around it, or in all.
func (c *coverage) leaf(path []step, name string) {
	if c.seen[name]++; c.seen[name] > maxPlaces {
		return
	}
	for _, with := range []filling{fillNone, fillTexts, fillSwitches, fillAll} {
		levels, words := len(path), uint64(11)
		if unwritten[name] != "" { // to be found out when it is no more so, and no reason to look everywhere
			levels, words = 0, 1
		}
		for level := -1; level < levels && !c.done[name]; level++ {
			for word := range words {
				t := &trial{with: with, level: level, word: word}
				c.done[name] = c.done[name] || t.written(path)
			}
		}
	}
}

// trial is one configuration.
type trial struct {
	with  filling
	level int // in which structure of the path words are set; -1 = in all
	word  uint64
}

// written reports whether Encode writes another text when the field at the path changes.
func (t *trial) written(path []step) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false // no such configuration: an action in the wrong list, a word that there is not
		}
	}()
	cfg := &conf.Config{}
	t.with.fill(reflect.ValueOf(cfg).Elem(), 0)
	at := reflect.ValueOf(cfg).Elem()
	for i, s := range path {
		at = t.enter(at, s, i)
	}
	if at.Kind() == reflect.Uint8 {
		at.SetUint(t.word)
	}
	before := plain(nodes(cfg))
	change(at)
	return plain(nodes(cfg)) != before
}

// enter goes one step down, making what is not there.
func (t *trial) enter(v reflect.Value, s step, level int) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		t.words(v, s, level)
		return v.Field(s.field)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(t.make(v.Type().Elem()))
		}
		return v.Elem()
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			t.with.fill(v.Index(0), 1)
		}
		return v.Index(0)
	case reflect.Array:
		return v.Index(0)
	case reflect.Map: // of pointers, by status
		el := t.make(v.Type().Elem().Elem())
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(503), el)
		return el
	case reflect.Interface:
		el := t.make(s.as)
		v.Set(el)
		return el.Elem()
	}
	panic(fmt.Sprintf("no way into %s", v.Type()))
}

// plain writes nodes without laying them out, which is the slow part of Encode.
func plain(list []*Node) string {
	p := &printer{}
	for _, n := range list {
		p.node(n)
	}
	return p.String()
}

func (t *trial) make(typ reflect.Type) reflect.Value {
	v := reflect.New(typ)
	t.with.fill(v.Elem(), 1)
	return v
}

// checkKinds are the words of a check.
var checkKinds = []conf.CheckKind{conf.CheckTCP, conf.CheckHTTP, conf.CheckMySQL, conf.CheckPgSQL, conf.CheckRedis, conf.CheckSMTP}

// words sets the words beside the field.
func (t *trial) words(v reflect.Value, s step, level int) {
	if t.level >= 0 && t.level != level {
		return
	}
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case i == s.field:
		case f.Kind() == reflect.Bool && t.with == fillSwitches:
			f.SetBool(true)
		case f.Kind() == reflect.Uint8:
			f.SetUint(t.word)
		case f.Type() == reflect.TypeFor[conf.CheckKind]():
			f.SetString(string(checkKinds[int(t.word)%len(checkKinds)]))
		}
	}
}

// change gives a field another value.
func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		switch {
		case v.Type() == reflect.TypeFor[conf.CheckKind]():
			v.SetString(string(conf.CheckRedis))
		case v.String() == "" || v.String() == "/x":
			v.SetString("beg") // a method of matching is written by a name of its own
		default:
			v.SetString(v.String() + "/changed")
		}
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	case reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Slice: // of bytes
		v.SetBytes([]byte("changed"))
	default:
		panic(fmt.Sprintf("no other value for %s", v.Type()))
	}
}

// filling is what stands beside the field that is looked at.
type filling int

const (
	fillNone     filling = iota
	fillAll              // everything
	fillSwitches         // what is on or off is on
	fillTexts            // texts and numbers
)

// depthAll is how deep a configuration with everything goes.
const depthAll = 12

// fill fills a value as filling says.
func (f filling) fill(v reflect.Value, depth int) {
	if f == fillNone || depth > depthAll {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if k := v.Field(i).Kind(); f == fillAll || (k == reflect.Bool) == (f == fillSwitches) && k <= reflect.String {
				f.fill(v.Field(i), depth+1)
			}
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("/x")
	case reflect.Int, reflect.Int64:
		v.SetInt(302)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth+1)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct || v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			f.fill(v.Index(0), depth+1)
		}
	}
}

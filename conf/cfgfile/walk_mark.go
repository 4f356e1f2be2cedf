package cfgfile

import (
	"reflect"

	"weir/conf"
)

// marker is a number and a text that no configuration has.
const (
	markNumber = 1234567
	markText   = "\x01"
)

// mark fills the n-th draft with something that a section does not begin with. The first stays as it is, and the third differs from
// the second in how connections end, of which there are two: "no option httpclose" changes nothing where it is not set.
func mark(d *conf.Draft, n int) {
	if n != 1 && n != 2 {
		return
	}
	for _, v := range []any{d.Proxy, d.Server, d.Global, d.Users, d.Errors, d.Mail} {
		if v := reflect.ValueOf(v); !v.IsNil() {
			markValue(v.Elem(), 0)
		}
	}
	if p := d.Proxy; p != nil {
		p.Mode = conf.ModeHTTP
		p.Options.ConnMode = conf.ConnMode(n)
		p.LogFormat = conf.LogHTTP
		p.Logs = []*conf.LogTarget{{Target: markText}}
	}
	if d.Global != nil {
		d.Global.Logs = []*conf.LogTarget{{Target: markText}}
	}
}

// markDepth is how far pointers are followed: to the parts of what a section has one of.
const markDepth = 3

func markValue(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[conf.Pos]() {
			return
		}
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "Name", "Kind": // who it is, not what it says
			default:
				markValue(v.Field(i), depth)
			}
		}
	case reflect.Pointer:
		if depth < markDepth {
			v.Set(reflect.New(v.Type().Elem()))
			markValue(v.Elem(), depth+1)
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.String || k == reflect.Int {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			markValue(v.Index(0), depth)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(markText)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Int, reflect.Int64, reflect.Uint32:
		if v.CanInt() {
			v.SetInt(markNumber)
		} else {
			v.SetUint(markNumber)
		}
	}
}

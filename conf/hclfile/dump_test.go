package hclfile

import (
	"fmt"
	"reflect"
	"strings"

	"weir/conf"
)

// dump writes everything that v holds, places apart, one field per line.
func dump(v any) string {
	var b strings.Builder
	dumpValue(&b, "", reflect.ValueOf(v))
	return b.String()
}

func dumpValue(b *strings.Builder, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			if v.Kind() == reflect.Interface {
				path += fmt.Sprintf("(%s)", v.Elem().Type())
			}
			dumpValue(b, path, v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[conf.Pos]() {
			return
		}
		for i := range v.NumField() {
			dumpValue(b, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(b, "%s = %q\n", path, v.Bytes())
			return
		}
		for i := range v.Len() {
			dumpValue(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[conf.Places]() {
			return
		}
		for _, status := range conf.ErrorFileStatuses {
			if el := v.MapIndex(reflect.ValueOf(status)); el.IsValid() {
				dumpValue(b, fmt.Sprintf("%s[%d]", path, status), el)
			}
		}
	default:
		if !v.IsZero() {
			fmt.Fprintf(b, "%s = %v\n", path, v.Interface())
		}
	}
}

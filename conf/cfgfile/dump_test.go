package cfgfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"weir/conf"
)

// dump writes what a configuration file said: every field that is not as NewProxy and NewServer leave it, one a line, expressions and
// conditions in one piece, places apart.
func dump(cfg *conf.Config) string {
	d := &dumper{}
	d.value("global", reflect.ValueOf(cfg.Global), reflect.Value{})
	for _, u := range cfg.Userlists {
		d.value("userlist "+u.Name, reflect.ValueOf(u), reflect.Value{})
	}
	for _, h := range cfg.HTTPErrors {
		d.value("http-errors "+h.Name, reflect.ValueOf(h), reflect.Value{})
	}
	for _, c := range cfg.CrtStores {
		d.value("crt-store "+c.Name, reflect.ValueOf(c), reflect.Value{})
	}
	for _, a := range cfg.ACMEs {
		d.value("acme "+a.Name, reflect.ValueOf(a), reflect.Value{})
	}
	for _, m := range cfg.Mailers {
		d.value("mailers "+m.Name, reflect.ValueOf(m), reflect.Value{})
	}
	for _, p := range cfg.Proxies {
		name := p.Kind.String() + " " + p.Name
		fmt.Fprintln(&d.b, name)
		d.value(name, reflect.ValueOf(p), reflect.ValueOf(conf.NewProxy(p.Pos, p.Kind, p.Name)))
	}
	return d.b.String()
}

type dumper struct{ b strings.Builder }

func (d *dumper) put(path, text string) { fmt.Fprintf(&d.b, "%s = %s\n", path, text) }

// value writes v where it differs from base, which may be no value at all.
func (d *dumper) value(path string, v, base reflect.Value) {
	if base.IsValid() && v.CanInterface() && reflect.DeepEqual(v.Interface(), base.Interface()) {
		return
	}
	if text, ok := compact(v.Interface()); ok {
		if text != "" {
			d.put(path, text)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		d.pointer(path, v, base)
	case reflect.Struct:
		for i := range v.NumField() {
			var b reflect.Value
			if base.IsValid() {
				b = base.Field(i)
			}
			d.value(path+"."+v.Type().Field(i).Name, v.Field(i), b)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.Len() > 0 {
				d.put(path, fmt.Sprintf("%q", v.Bytes()))
			}
			return
		}
		for i := range v.Len() {
			d.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i), reflect.Value{})
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[conf.Places]() {
			return
		}
		for _, status := range conf.ErrorFileStatuses {
			if el := v.MapIndex(reflect.ValueOf(status)); el.IsValid() {
				d.value(fmt.Sprintf("%s[%d]", path, status), el, reflect.Value{})
			}
		}
	default:
		if !v.IsZero() || base.IsValid() {
			d.put(path, fmt.Sprintf("%v", v.Interface()))
		}
	}
}

func (d *dumper) pointer(path string, v, base reflect.Value) {
	if v.IsNil() {
		if base.IsValid() {
			d.put(path, "nil")
		}
		return
	}
	if v.Kind() == reflect.Interface {
		path += fmt.Sprintf("(%s)", strings.TrimPrefix(v.Elem().Type().String(), "*conf."))
		fmt.Fprintln(&d.b, path)
		v = v.Elem()
	} else if v.Elem().Kind() == reflect.Struct && v.Elem().NumField() > 0 && !base.IsValid() {
		fmt.Fprintln(&d.b, path)
	}
	var b reflect.Value
	switch s := v.Interface().(type) {
	case *conf.Server:
		b = reflect.ValueOf(*conf.NewServer(s.Pos, s.Name))
	default:
		if base.IsValid() && !base.IsNil() {
			b = base.Elem()
		}
	}
	d.value(path, v.Elem(), b)
}

// compact is the text of what is best read in one piece; "" is not written.
func compact(v any) (string, bool) {
	switch v := v.(type) {
	case conf.Pos:
		return "", true
	case time.Duration:
		if v == 0 {
			return "", true
		}
		return v.String(), true
	case conf.Addr:
		if v == (conf.Addr{}) {
			return "", true
		}
		return addrText(v), true
	case *conf.Expr:
		return exprText(v), true
	case *conf.Cond:
		return condText(v), true
	case *conf.Format:
		return formatText(v), true
	case conf.Ref:
		return v.Name, true
	}
	return "", false
}

func addrText(a conf.Addr) string {
	kind := map[conf.AddrKind]string{conf.AddrTCP: "tcp", conf.AddrUnix: "unix", conf.AddrAbstract: "abstract", conf.AddrFD: "fd"}[a.Kind]
	out := []string{kind}
	add := func(name string, v any) {
		if !reflect.ValueOf(v).IsZero() {
			out = append(out, fmt.Sprintf("%s=%v", name, v))
		}
	}
	add("unpadded", a.Unpadded)
	add("host", a.Host)
	add("port", a.Port)
	if a.PortEnd != a.Port {
		add("to", a.PortEnd)
	}
	add("offset", a.PortOffset)
	add("v4only", a.V4Only)
	add("v6only", a.V6Only || a.V6Alone)
	add("v4v6", a.V4V6)
	add("path", a.Path)
	if a.Kind == conf.AddrFD {
		out = append(out, fmt.Sprintf("fd=%d", a.FD))
	}
	return strings.Join(out, " ")
}

func callText(c conf.Call) string {
	if c.Args == nil {
		return c.Name
	}
	return fmt.Sprintf("%s(%s)", c.Name, strings.Trim(fmt.Sprintf("%q", c.Args), "[]"))
}

func exprText(e *conf.Expr) string {
	if e == nil {
		return ""
	}
	text := callText(e.Fetch)
	for _, c := range e.Convs {
		text += "," + callText(c)
	}
	return text
}

func condText(c *conf.Cond) string {
	if c == nil {
		return ""
	}
	var kids []string
	for _, k := range c.Kids {
		kids = append(kids, condText(k))
	}
	switch c.Op {
	case conf.OpACL:
		return c.ACL
	case conf.OpAnd:
		return "(" + strings.Join(kids, " and ") + ")"
	case conf.OpOr:
		return "(" + strings.Join(kids, " or ") + ")"
	case conf.OpNot:
		return "not " + strings.Join(kids, "?")
	case conf.OpTest:
		return testText(c.Test)
	}
	return "?"
}

func testText(t *conf.Test) string {
	out := []string{exprText(t.Expr)}
	if t.Match != "" {
		out = append(out, "-m "+t.Match)
	}
	for _, f := range []struct {
		on   bool
		text string
	}{{t.IgnoreCase, "-i"}, {t.NoDNS, "-n"}, {t.Maps, "-M"}, {t.ID != 0, fmt.Sprintf("-u %d", t.ID)}} {
		if f.on {
			out = append(out, f.text)
		}
	}
	for _, f := range t.Files {
		out = append(out, "-f "+f.Path)
	}
	for _, p := range t.Patterns {
		out = append(out, fmt.Sprintf("%q", p.Text))
	}
	return "{" + strings.Join(out, " ") + "}"
}

func formatText(f *conf.Format) string {
	if f == nil {
		return ""
	}
	var parts []string
	for _, p := range f.Parts {
		parts = append(parts, partText(p))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func partText(p conf.FormatPart) string {
	if p.Text != "" {
		return fmt.Sprintf("%q", p.Text)
	}
	text := "%" + p.Alias
	if p.Expr != nil {
		text = "%[" + exprText(p.Expr) + "]"
	}
	var flags []string
	for _, f := range formatFlags {
		if p.Flags&f.flag != 0 {
			flags = append(flags, "+"+f.name)
		}
	}
	slices.Sort(flags)
	if len(flags) > 0 {
		text += " " + strings.Join(flags, "")
	}
	if p.Name != "" || p.Cast != "" {
		text += fmt.Sprintf(" name=%s:%s", p.Name, p.Cast)
	}
	if p.Set {
		text += " set"
	}
	return text
}

package acl

import (
	"slices"
	"strings"
)

// Entry is one name of the inventory, aliases too, as HAProxy's own list of keywords writes it.
type Entry struct {
	Name      string
	Arguments string // "(integer,integer[,string])"; "" = none
	In, Out   string // "sint", "str", ...; In is of a converter
	Where     [Columns]bool
}

// ACLKeyword is a word that stands for a fetch with its matching method.
type ACLKeyword struct{ Name, Fetch, Method string }

// Fetches lists every name of a fetch.
func Fetches() []Entry {
	var list []Entry
	add := func(name string, f *fetch) {
		e := Entry{Name: name, Arguments: peerArguments(f.sig), Out: peerOut(f)}
		for i := range e.Where {
			e.Where[i] = f.need.columns()&from(i, i) != 0
		}
		list = append(list, e)
	}
	for name, f := range fetches {
		add(name, f)
	}
	for name := range aliases {
		if f := lookupFetch(name); f != nil {
			add(name, f)
		}
	}
	return byName(list)
}

// Converters lists every name of a converter.
func Converters() []Entry {
	var list []Entry
	for name, v := range convs {
		list = append(list, Entry{Name: name, Arguments: peerArguments(v.sig), In: peerType(v.in), Out: peerType(v.out)})
	}
	return byName(list)
}

func byName(list []Entry) []Entry {
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// ACLKeywords lists the words that imply a matching method.
func ACLKeywords() []ACLKeyword {
	var names []string
	for base := range aclBases {
		names = append(names, base)
		for _, m := range aclMethods {
			names = append(names, base+"_"+m)
		}
	}
	for name := range aclWords {
		names = append(names, name)
	}
	for _, f := range Fetches() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	var list []ACLKeyword
	for _, name := range slices.Compact(names) {
		if f, method := lookupACL(name); f != nil && method != "" {
			list = append(list, ACLKeyword{name, f.name, method})
		}
	}
	return list
}

// HasACLKeyword reports whether the word may begin an ACL.
func HasACLKeyword(name string) bool {
	f, _ := lookupACL(name)
	return f != nil
}

// Matchers lists what may follow -m.
func Matchers() []string { return methodNames() }

// peerOut is a fetch's type. HAProxy tells IPv4 from IPv6 where a fetch gives one of them only.
func peerOut(f *fetch) string {
	switch f.name {
	case "ipv4", "url_ip":
		return "ipv4"
	case "ipv6":
		return "ipv6"
	}
	return peerType(f.out)
}

// peerType is a type by HAProxy's name.
func peerType(t Type) string {
	switch t {
	case Int:
		return "sint"
	case Addr:
		return "addr"
	case Method:
		return "meth"
	}
	if t >= numTypes {
		return typeNames[Any]
	}
	return typeNames[t]
}

// peerArguments writes a signature as HAProxy's list does, by the kinds of the arguments.
func peerArguments(sig string) string {
	params := parseSig(sig)
	if len(params) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('(')
	open := false
	for i, p := range params {
		if p.optional && !open {
			open = true
			b.WriteByte('[')
		}
		if i > 0 {
			b.WriteByte(',')
		}
		switch p.kind {
		case "userlist":
			b.WriteString("user list")
		case "ipv4":
			b.WriteString("IPv4 address")
		case "ipv6":
			b.WriteString("IPv6 address")
		case "str", "name", "text", "var", "optvar", "operand":
			b.WriteString("string")
		case "int":
			b.WriteString("integer")
		default:
			b.WriteString(p.kind)
		}
	}
	if open {
		b.WriteByte(']')
	}
	return b.String() + ")"
}

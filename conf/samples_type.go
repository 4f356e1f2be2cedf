package conf

import (
	"strings"
	"sync"
)

// samples is what samples.go says, by name.
type samples struct {
	fetches  map[string]string // the type of each fetch
	convs    map[string]string // of each converter that has one
	renamed  map[string]string // an older name of a fetch that goes by another now
	allConvs []string
}

// fetchSpelling is how HCL, and the older of two names, writes a fetch: req_ver for req.ver.
func fetchSpelling(name string) string { return marks.Replace(name) }

var marks = strings.NewReplacer("-", "_", ".", "_", "+", "_")

var knownSamples = sync.OnceValue(func() samples {
	s := samples{fetches: map[string]string{}, convs: map[string]string{}, renamed: map[string]string{}, allConvs: strings.Fields(converterNames)}
	for typ, list := range fetchNames {
		for _, name := range strings.Fields(list) {
			s.fetches[name] = typ
		}
	}
	for name := range s.fetches {
		if old := fetchSpelling(name); old != name && s.fetches[old] != "" {
			s.renamed[old] = name
		}
	}
	for typ, list := range map[string]string{"str": textConverters, "sint": numberConverters, sameType: keepingConverters} {
		for _, name := range strings.Fields(list) {
			s.convs[name] = typ
		}
	}
	return s
})

// sameType stands for the type of a converter's input.
const sameType = "="

// FetchTypes returns the names of HAProxy's fetches with the type that each returns: "addr", "any", "bin", "bool", "ipv4", "ipv6",
// "meth", "sint" or "str". The caller must not change it.
func FetchTypes() map[string]string { return knownSamples().fetches }

// ConverterNames returns the names of HAProxy's converters.
func ConverterNames() []string { return knownSamples().allConvs }

// FetchName returns the name that a fetch goes by now: req.ver for req_ver.
func FetchName(name string) string {
	if now := knownSamples().renamed[name]; now != "" {
		return now
	}
	return name
}

// Type returns the type of what an expression yields, as FetchTypes has them but "addr" for every address; "" where it is
// not known.
func (e *Expr) Type() string {
	s := knownSamples()
	typ := s.fetches[e.Fetch.Name]
	if typ == "ipv4" || typ == "ipv6" {
		typ = "addr"
	}
	for i := range e.Convs {
		if t := s.convs[e.Convs[i].Name]; t != sameType {
			typ = t
		}
	}
	return typ
}

// naturalMatches are the match methods that the types of samples imply.
var naturalMatches = map[string]string{"str": "str", "meth": "str", "sint": "int", "addr": "ip"}

// Settle gives a test that has something to compare with and says no method the one that its sample's type implies, where that is
// known: both languages then have the same model for the same test.
func (t *Test) Settle() {
	if t.Match == "" && len(t.Patterns)+len(t.Files) > 0 {
		t.Match = naturalMatches[t.Expr.Type()]
	}
}

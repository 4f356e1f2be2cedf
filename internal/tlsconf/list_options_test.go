package tlsconf

import (
	"testing"

	"weir/conf"
)

// The inventory and the reader of crt-lists know the same options.
func TestListOptions(t *testing.T) {
	known := map[string]bool{}
	for _, o := range conf.CrtListOptions {
		words := []string{o.Name}
		if o.Args > 0 {
			words = append(words, map[string]string{"verify": "none", "ssl-min-ver": "TLSv1.2", "ssl-max-ver": "TLSv1.3", "ocsp-update": "on", "ktls": "off"}[o.Name])
			if words[1] == "" {
				words[1] = "x"
			}
		}
		err := (&line{}).setOptions(words)
		if (err == nil) != (o.Doc != "") {
			t.Errorf("%q: %v; the inventory says %q", words, err, o.Doc)
		}
		known[o.Name] = true
	}
	for name := range listOptions {
		if !known[name] {
			t.Errorf("the inventory does not know %q", name)
		}
	}
}

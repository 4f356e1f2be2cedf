package convert

import (
	"errors"
	"fmt"
	"strings"

	"weir/conf"
	"weir/conf/cfgfile"
	"weir/conf/hclfile"
)

// Result is what has become of a configuration.
type Result struct {
	Text   []byte
	Config *conf.Config // as haproxy.cfg has it
	Same   error        // what is different when the text is read back: a bug
}

// Convert writes sources as the HCL file of that name. Where the diagnostics have an error there is no text.
func Convert(sources []cfgfile.Source, name string, opts ...conf.Option) (*Result, conf.Diagnostics) {
	cfg, diags := cfgfile.ParseSources(sources, opts...)
	if len(diags.Errors) > 0 {
		return nil, diags
	}
	b := newBuilder(cfg)
	cfgfile.Walk(sources, b.step)
	r := &Result{Text: hclfile.Print(b.finish()), Config: cfg}
	r.Same = Check(r, name, opts...)
	return r, diags
}

// Check reads the text back and says in what it means something else than haproxy.cfg.
func Check(r *Result, name string, opts ...conf.Option) error {
	again, diags := hclfile.Parse(name, r.Text, opts...)
	if err := diags.Err(); err != nil {
		return fmt.Errorf("what was written has errors: %w", err)
	}
	if diff := conf.Diff(r.Config, again); diff != "" {
		return errors.New("what was written means something else: " + strings.ReplaceAll(diff, "\n", "; "))
	}
	return nil
}

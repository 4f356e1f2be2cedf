package main

import (
	"errors"

	"weir/conf"
	"weir/internal/tlsconf"
)

// checkTLS reads every certificate, authority and list, so that what is wrong with them is told with its place, and what is doubtful too.
func checkTLS(cfg *conf.Config) conf.Diagnostics {
	var diags conf.Diagnostics
	s := tlsconf.New(cfg, func(e *conf.Error) { diags.Warn(e) })
	note := func(err error) {
		var list conf.Errors
		if errors.As(err, &list) {
			diags.Add(list...)
		}
	}
	for _, p := range cfg.Proxies {
		if p.Disabled {
			continue
		}
		for _, b := range p.Binds {
			if b.TLS.On {
				_, err := s.Bind(p, b)
				note(err)
			} else if len(b.TLS.Certs)+len(b.TLS.Lists) > 0 {
				diags.Warn(conf.Bad(b.Pos, p.Title()+": bind: crt", "does nothing without ssl"))
			}
		}
		for _, v := range p.Servers {
			if p.SpeaksTLS(v) {
				_, err := s.Server(p, v)
				note(err)
			}
		}
	}
	return diags
}

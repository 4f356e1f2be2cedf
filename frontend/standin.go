package frontend

import (
	"weir/backend"
	"weir/conf"
)

// addStandIn puts a backend without servers where a disabled one is referred to: who is led there is answered 503. It is none of
// Backends: nothing counts, shows or checks it.
func (px *Proxy) addStandIn(p *conf.Proxy) error {
	p = standIn(p)
	b, err := backend.New(p, &px.cfg.Global, px.loops, px.log)
	if err != nil {
		return err
	}
	r, err := px.newRoute(p, b)
	px.routes[p.Name] = r
	return err
}

// standIn is what acts of a disabled backend: the looks of the answer, and the rules over it.
func standIn(p *conf.Proxy) *conf.Proxy {
	return &conf.Proxy{
		Pos: p.Pos, Kind: conf.Backend, Name: p.Name, ID: p.ID, Mode: p.Mode, Disabled: true, Timeouts: p.Timeouts,
		ErrorFiles: p.ErrorFiles, ErrorReplies: p.ErrorReplies, ACLs: p.ACLs, HTTPAfterRules: p.HTTPAfterRules,
		Balance: conf.Balance{Algo: conf.RoundRobin}, HashType: p.HashType,
	}
}

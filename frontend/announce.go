package frontend

import (
	"fmt"

	"weir/backend"
	"weir/conf"
	"weir/internal/logsink"
	"weir/stats"
)

// announce says what becomes of a section in its log, and in the program's own.
func (px *Proxy) announce(to logsink.Route, text string) {
	px.log.Info(text)
	if px.opt.Access != nil {
		px.opt.Access.Log(to, logsink.Warning, text)
	}
}

// announceEnd says of each section that it takes nothing new any more, unless the next generation goes on with it. It waits for the loops.
func (px *Proxy) announceEnd() {
	if px.gate.owner.Load() != px {
		return
	}
	ends := map[string]*Frontend{}
	for _, fe := range px.frontends {
		ends[fe.p.Name] = fe
	}
	for _, p := range px.cfg.Proxies {
		fe, b := ends[p.Name], px.Backend(p.Name)
		if p.Kind&conf.Frontend == 0 {
			fe = nil
		}
		if p.Kind&conf.Backend == 0 {
			b = nil
		}
		if p.Disabled || fe == nil && b == nil || fe != nil && fe.shut.Load() { // what was shut has said so
			continue
		}
		px.sayStopped(p, fe, b)
	}
}

// sayStopped tells how many connections a section has had; fe or b may be nil.
func (px *Proxy) sayStopped(p *conf.Proxy, fe *Frontend, b *backend.Backend) {
	var front, back uint64
	var to logsink.Route
	if fe != nil {
		to = fe.log
		for _, part := range collectLoops(px, fe.part) {
			front += part.traffic.Connections
		}
	}
	if b != nil {
		to = px.routes[p.Name].log
		rows := b.Snapshot([]stats.Row(nil))
		back = rows[len(rows)-1].Sessions
	}
	px.announce(to, fmt.Sprintf("Proxy %s stopped (cumulated conns: FE: %d, BE: %d).", p.Name, front, back))
}

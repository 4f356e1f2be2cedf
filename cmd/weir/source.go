package main

import (
	"context"
	"time"

	"weir/backend"
	"weir/conf"
	"weir/frontend"
	"weir/internal/logsink"
	"weir/stats"
)

// source gathers the rows of all proxies for whoever reads counters.
type source struct {
	px     *frontend.Proxy
	access *logsink.Writer
	// past is what was counted before, in other generations; nil = there were none.
	past    *history
	process time.Time // when the process started; zero = with the proxies
}

// Rows returns the proxies in the order of the configuration; a listen section has both of its sides.
func (s *source) Rows(context.Context) []stats.Row {
	rows := s.ownRows()
	if s.past != nil {
		s.past.addTo(s, rows)
	}
	return rows
}

// ownRows counts nothing but what this configuration has done.
func (s *source) ownRows() []stats.Row {
	frontends := make(map[string]*frontend.Frontend)
	for _, fe := range s.px.Frontends() {
		frontends[fe.Name()] = fe
	}
	backends := make(map[string]*backend.Backend)
	for _, b := range s.px.Backends() {
		backends[b.Name()] = b
	}
	var rows []stats.Row
	for _, p := range s.px.Config().Proxies {
		if fe := frontends[p.Name]; fe != nil && p.Kind&conf.Frontend != 0 {
			rows = fe.Snapshot(rows)
		}
		if b := backends[p.Name]; b != nil && p.Kind&conf.Backend != 0 {
			rows = b.Snapshot(rows)
		}
	}
	return rows
}

// Info is the process's snapshot.
func (s *source) Info(context.Context) stats.Info {
	info := s.ownInfo()
	if s.past != nil {
		s.past.addInfoTo(s, &info)
		info.Started = s.process
	}
	return info
}

func (s *source) ownInfo() stats.Info {
	info := s.px.Info()
	info.ReleaseDate = releaseDate()
	if s.access != nil {
		info.DroppedLogs = s.access.Dropped()
	}
	for _, c := range s.px.ACME().Status() {
		info.Kept = append(info.Kept, stats.KeptCert{Name: c.Name, Section: c.Section, Expires: c.Expires, Next: c.Next, Issued: c.Issued, Failed: c.Failed, Failures: c.Failures})
	}
	return info
}

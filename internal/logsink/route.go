package logsink

import (
	"fmt"

	"weir/conf"
)

// defaultLen is how many bytes of a message are sent where "len" is not set: what every syslog server takes.
const defaultLen = 1024

// Route is a list of targets, made once for a proxy. The zero Route has none.
type Route struct {
	id  uint16
	max Level
}

// Wants reports whether any target takes level l: the caller need not format the line where none does.
func (r Route) Wants(l Level) bool { return r.id != 0 && l <= r.max }

// target is one "log" line.
type target struct {
	header   *header
	max, min Level
	limit    int // bytes of a message without its line end; 0 = no limit
	out      output
	sample   *sample
}

// targetKey is what makes two "log" lines the same target.
type targetKey struct {
	target, format, facility, level, minLevel, tag string
	len                                            int
}

// Route opens the targets that logs name, taking global's for a "log global". The headers name tag ("log-tag" of a section); "" = the
// writer's. An error says the place of the line. A target named twice is opened once; a syslog server that does not answer yet is no error.
func (w *Writer) Route(logs, global []*conf.LogTarget, tag string) (Route, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var r Route
	var list []*target
	for _, l := range logs {
		lines := []*conf.LogTarget{l}
		if l.Global {
			lines = global
		}
		for _, l := range lines {
			t, err := w.target(l, or(tag, w.opts.Tag))
			if err != nil {
				return Route{}, fmt.Errorf("%s: log %q: %w", l.Pos, l.Target, err)
			}
			list = append(list, t)
			r.max = max(r.max, t.max)
		}
	}
	if len(list) == 0 {
		return Route{}, nil
	}
	// Readers have the old slice: build a new one.
	routes := append([][]*target(nil), *w.routes.Load()...)
	if len(routes) > 0xffff {
		return Route{}, fmt.Errorf("more than %d log routes", 0xffff)
	}
	r.id = uint16(len(routes))
	routes = append(routes, list)
	w.routes.Store(&routes)
	return r, nil
}

func (w *Writer) target(l *conf.LogTarget, tag string) (*target, error) {
	key := targetKey{l.Target, l.Format, l.Facility, l.Level, l.MinLevel, tag, l.Len}
	if t := w.byKey[key]; t != nil && l.Sample == nil {
		return t, nil
	}
	byDefault := formatLocal
	if w.opts.Host != "" {
		byDefault = formatRFC3164 // as HAProxy's "log-send-hostname" does
	}
	layout, err := parseName("format", l.Format, formatNames, int(byDefault))
	if err != nil {
		return nil, err
	}
	facility, err := parseName("facility", l.Facility, facilityNames, 16)
	if err != nil {
		return nil, err
	}
	highest, err := parseName("level", l.Level, levelNames, int(Debug))
	if err != nil {
		return nil, err
	}
	lowest, err := parseName("minlevel", l.MinLevel, levelNames, int(Emerg))
	if err != nil {
		return nil, err
	}
	out, err := w.output(l)
	if err != nil {
		return nil, err
	}
	limit := out.limit()
	if l.Len > 0 {
		limit = l.Len
	}
	t := &target{
		header: newHeader(format(layout), facility, tag, w.opts.Host, w.opts.PID),
		max:    Level(highest), min: Level(lowest), limit: limit, out: out, sample: newSample(l.Sample),
	}
	if l.Sample == nil { // each has a count of its own
		w.byKey[key] = t
	}
	return t, nil
}

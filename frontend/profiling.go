package frontend

import (
	"cmp"

	"weir/conf"
)

// Profiling is whether the loops measure their tasks, one of conf.ProfilingModes.
func (px *Proxy) Profiling() string {
	if m := px.profiling.Load(); m != nil {
		return *m
	}
	return cmp.Or(px.cfg.Global.Process.Profiling, conf.ProfilingAuto)
}

// SetProfiling changes that. "on" counts anew. Any goroutine may call it; it waits for nothing.
func (px *Proxy) SetProfiling(mode string) {
	px.profiling.Store(&mode)
	on := px.Measures()
	for _, l := range px.loops {
		l.Post(func() { l.Measure(on) })
	}
}

// Measures reports what comes of the mode. A loop that is busy may not have heard of it yet.
func (px *Proxy) Measures() bool {
	mode := px.Profiling()
	return mode == "on" || mode == conf.ProfilingAuto && px.state.Measured()
}

package frontend

// ProfilingAuto is the mode in which tasks are measured where an expression of the configuration asks how long they run or wait.
const ProfilingAuto = "auto"

// Profiling is whether the loops measure their tasks: on, off or auto.
func (px *Proxy) Profiling() string {
	if m := px.profiling.Load(); m != nil {
		return *m
	}
	return ProfilingAuto
}

// SetProfiling changes that. "on" counts anew. Any goroutine may call it; it waits for nothing.
func (px *Proxy) SetProfiling(mode string) {
	px.profiling.Store(&mode)
	on := mode == "on" || mode == ProfilingAuto && px.state.Measured()
	for _, l := range px.loops {
		l.Post(func() { l.Measure(on) })
	}
}

package stats

// Gauge is a current value and the highest it has been (scur and smax, qcur and qmax). One writer, no lock.
type Gauge struct {
	Current, Max int64
}

// Inc adds one.
func (g *Gauge) Inc() {
	g.Current++
	if g.Current > g.Max {
		g.Max = g.Current
	}
}

// Dec takes one off.
func (g *Gauge) Dec() { g.Current-- }

// Set replaces the value.
func (g *Gauge) Set(v int64) {
	g.Current = v
	if v > g.Max {
		g.Max = v
	}
}

// ResetMax makes the current value the highest ("clear counters").
func (g *Gauge) ResetMax() { g.Max = g.Current }

package stats

// averageSamples is how many samples an average spans, as HAProxy's qtime, ctime, rtime and ttime do.
const averageSamples = 1024

// Average is the mean of about the last 1024 samples and the highest sample. Until 1024 samples came it is their exact
// mean; from then on each new sample displaces one mean sample, which costs two words instead of a ring of 1024.
// The zero value is ready to use. One writer, no lock.
type Average struct {
	sum   uint64
	count uint32 // stops at averageSamples
	max   uint64
}

// Add takes one sample in; a negative one (a clock that stepped) counts as 0.
func (a *Average) Add(v int64) {
	u := uint64(max(v, 0))
	if u > a.max {
		a.max = u
	}
	if a.count < averageSamples {
		a.count++
		a.sum += u
		return
	}
	// Rounding up lets the sum fall all the way to 0.
	a.sum += u
	a.sum -= min(a.sum, (a.sum-u+averageSamples-1)/averageSamples)
}

// Value returns the mean, rounded to the nearest; 0 without samples.
func (a *Average) Value() int64 {
	if a.count == 0 {
		return 0
	}
	n := uint64(a.count)
	return int64((a.sum + n/2) / n)
}

// Max returns the highest sample since the last ResetMax.
func (a *Average) Max() int64 { return int64(a.max) }

// ResetMax forgets the highest sample ("clear counters").
func (a *Average) ResetMax() { a.max = 0 }

// Merge folds o, another loop's average of the same thing, into a: each weighs by its number of samples.
func (a *Average) Merge(o *Average) {
	a.sum += o.sum
	a.count += o.count
	a.max = max(a.max, o.max)
}

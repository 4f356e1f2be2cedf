package cfgfile

import (
	"errors"
	"strconv"
	"strings"

	"weir/conf"
)

const logUsage = "<address> [len <bytes>] [format <format>] [sample <ranges>:<size>] <facility> [<level> [<minlevel>]]"

// readLog reads a log line; nil after an error.
func readLog(l *line) *conf.LogTarget {
	w, ok := l.arg("<address>")
	if !ok {
		return nil
	}
	t := &conf.LogTarget{Pos: w.Pos, Target: w.Text}
	if w.Text == "global" {
		if l.in == inGlobal {
			l.bad(w, `"global" means the targets of this very section; name an address`)
			return nil
		}
		return &conf.LogTarget{Pos: w.Pos, Global: true}
	}
	if !l.logAddress(t, w) || !l.logOptions(t) {
		return nil
	}
	i := l.word(conf.LogFacilities...)
	if i < 0 {
		return nil
	}
	t.Facility = conf.LogFacilities[i]
	for _, to := range []*string{&t.Level, &t.MinLevel} {
		if !l.more() {
			break
		}
		if i := l.word(conf.LogLevels...); i >= 0 {
			*to = conf.LogLevels[i]
		}
	}
	if l.fail {
		return nil
	}
	return t
}

func (l *line) logAddress(t *conf.LogTarget, w Word) bool {
	if w.Text == "stdout" || w.Text == "stderr" {
		return true
	}
	if strings.HasPrefix(w.Text, "ring@") || strings.HasPrefix(w.Text, "backend@") {
		l.add(conf.NotDone(w.Pos, l.path, w.Text, ""))
		return false
	}
	addr, err := conf.ParseLogAddr(w.Text)
	if err != nil {
		l.add(conf.BadValue(w.Pos, l.path, w.Text, "stdout", "stderr", "an address such as 127.0.0.1:514, tcp@HOST:514, /dev/log or fd@1"))
		return false
	}
	t.Addr = addr
	return true
}

// logOptions reads what stands before the facility.
func (l *line) logOptions(t *conf.LogTarget) bool {
	for !l.fail {
		switch {
		case l.took("len"):
			l.int(&t.Len, 80, 65535)
		case l.took("format"):
			if i := l.word(conf.LogFormats...); i >= 0 {
				t.Format = conf.LogFormats[i]
			}
		case l.took("sample"):
			l.logSample(t)
		case l.peek() == "profile":
			l.add(conf.NotDone(l.words[l.i].Pos, l.path, "profile", ""))
		default:
			return true
		}
	}
	return false
}

// logSample reads "1,3-5:10".
func (l *line) logSample(t *conf.LogTarget) {
	w, ok := l.arg("<ranges>:<size>")
	if !ok {
		return
	}
	s, err := parseSample(w.Text)
	if err != nil {
		l.wrong(w, "numbers and ranges of messages and how many there are, as in 1,3-5:10")
		return
	}
	t.Sample = s
}

// maxSample bounds the size of a sample, so that its numbers fit.
const maxSample = 1 << 20

func parseSample(text string) (*conf.LogSample, error) {
	bad := errors.New("bad sample")
	ranges, size, ok := strings.Cut(text, ":")
	n, err := strconv.Atoi(size)
	if !ok || err != nil || n < 1 || n > maxSample {
		return nil, bad
	}
	s := &conf.LogSample{Size: n}
	for _, part := range strings.Split(ranges, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		low, err1 := strconv.Atoi(first)
		high, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || low < 1 || high < low || high > n {
			return nil, bad
		}
		s.Ranges = append(s.Ranges, [2]int{low, high})
	}
	return s, nil
}

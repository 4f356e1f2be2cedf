package hclfile

import (
	"strconv"
	"strings"

	"weir/conf"
)

// readLogLine reads log_format. It counts more than the log options of its own block, and these count more than that of a defaults block.
func readLogLine(d *decoder, s *section, a *attr) {
	s.LogLine, s.ownLogLine = d.format(a.expr, a.path), true
}

// logKind makes a log option's format the one of the section, or where it is switched off takes that away. A log_format that is not of
// this block is undone either way, as in HAProxy.
func (s *section) logKind(on bool, kind conf.LogFormat) {
	if !s.ownLogLine {
		s.LogLine = nil
	}
	switch {
	case on:
		s.LogFormat = kind
	case s.LogFormat == kind, kind == conf.LogHTTP && (s.LogFormat == conf.LogHTTPClf || s.LogFormat == conf.LogJSON):
		s.LogFormat = conf.LogDefault
	}
}

func readHTTPLog(d *decoder, s *section, a *attr) {
	v, ok := d.constant(a.expr, a.path)
	switch {
	case !ok:
	case v.kind == vString && v.s == "clf":
		s.logKind(true, conf.LogHTTPClf)
	case v.kind == vString && v.s == "json":
		s.logKind(true, conf.LogJSON)
	case v.kind == vBool:
		s.logKind(v.b, conf.LogHTTP)
	default:
		d.wrong(v, a, "true", "false", "clf", "json")
	}
}

// logRow is a log option that is on or off.
func logRow(name string, in where, doc string, kind conf.LogFormat) row[section] {
	return row[section]{info: info{name: name, typ: tBool, in: in, doc: doc},
		read: func(d *decoder, s *section, a *attr) {
			on := s.LogFormat == kind
			d.assign(&on, &info{}, a)
			s.logKind(on, kind)
		},
		text: func(s *section) string { return textTrue(s.LogFormat == kind) }}
}

func textHTTPLog(s *section) string {
	switch s.LogFormat {
	case conf.LogHTTPClf:
		return `"clf"`
	case conf.LogJSON:
		return `"json"`
	}
	return textTrue(s.LogFormat == conf.LogHTTP)
}

// readLogSample reads "RANGES:SIZE", as in "1,3-4:10".
func readLogSample(d *decoder, l *conf.LogTarget, a *attr) {
	text := ""
	if d.assign(&text, &info{}, a); text == "" {
		return
	}
	s, ok := parseLogSample(text)
	if !ok {
		d.add(conf.BadValue(a.pos, a.path, text, `RANGES:SIZE such as "1:10" or "1,3-4:10"`))
		return
	}
	l.Sample = s
}

func parseLogSample(text string) (*conf.LogSample, bool) {
	ranges, size, ok := strings.Cut(text, ":")
	n, err := strconv.Atoi(size)
	if !ok || err != nil || n < 1 || n > maxLogSample {
		return nil, false
	}
	s := &conf.LogSample{Size: n}
	for _, part := range splitList(ranges) {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		low, err1 := strconv.Atoi(first)
		high, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || low < 1 || high < low || high > n {
			return nil, false
		}
		s.Ranges = append(s.Ranges, [2]int{low, high})
	}
	return s, true
}

// maxLogSample bounds the size of a sample: it is counted through, and nobody wants one line of a million.
const maxLogSample = 1 << 20

func textLogSample(l *conf.LogTarget) string {
	if l.Sample == nil {
		return ""
	}
	var parts []string
	for _, r := range l.Sample.Ranges {
		part := strconv.Itoa(r[0])
		if r[1] != r[0] {
			part += "-" + strconv.Itoa(r[1])
		}
		parts = append(parts, part)
	}
	return quote(strings.Join(parts, ",") + ":" + strconv.Itoa(l.Sample.Size))
}

// retryOns are the words of retry_on.
func retryOns() []string {
	return append(append([]string{}, conf.RetryWords...), conf.Statuses(conf.RetryStatuses)...)
}

func readRetryOn(d *decoder, s *section, a *attr) {
	if words := d.strings(a, retryOns()); words != nil {
		s.RetryOn = &conf.RetryOn{Pos: a.pos, On: words}
	}
}

func textRetryOn(s *section) string {
	if s.RetryOn == nil {
		return ""
	}
	return textList(s.RetryOn.On)
}

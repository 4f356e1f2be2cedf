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

// kind makes a log option's format the one of the section, or where the option is switched off the one that is left.
func (s *section) logKind(on bool, kind conf.LogFormat) {
	if on && !s.ownLogLine {
		s.LogLine = nil
	}
	if on {
		s.LogFormat = kind
		return
	}
	switch o := &s.Options; {
	case o.HTTPSLog:
		s.LogFormat = conf.LogHTTPS
	case o.HTTPLog:
		s.LogFormat = conf.LogHTTP
	case o.TCPLog:
		s.LogFormat = conf.LogTCP
	default:
		s.LogFormat = conf.LogDefault
	}
}

func readHTTPLog(d *decoder, s *section, a *attr) {
	v, ok := d.constant(a.expr, a.path)
	switch {
	case !ok:
	case v.kind == vString && v.s == "clf":
		s.Options.HTTPLog = true
		s.logKind(true, conf.LogHTTPClf)
	case v.kind == vString && v.s == "json":
		s.Options.HTTPLog = true
		s.logKind(true, conf.LogJSON)
	case v.kind == vBool:
		s.Options.HTTPLog = v.b
		s.logKind(v.b, conf.LogHTTP)
	default:
		d.wrong(v, a, "true", "false", "clf", "json")
	}
}

func readTCPLog(d *decoder, s *section, a *attr) {
	d.assign(&s.Options.TCPLog, &info{}, a)
	s.logKind(s.Options.TCPLog, conf.LogTCP)
}

func readHTTPSLog(d *decoder, s *section, a *attr) {
	d.assign(&s.Options.HTTPSLog, &info{}, a)
	s.logKind(s.Options.HTTPSLog, conf.LogHTTPS)
}

// logOptions writes the log options, the one in force last.
func (e *encoder) logOptions(s *section) {
	o := &s.Options
	options := []struct {
		on, last   bool
		name, text string
	}{
		{o.HTTPLog, s.LogFormat == conf.LogHTTP, "httplog", "true"},
		{o.TCPLog, s.LogFormat == conf.LogTCP, "tcplog", "true"},
		{o.HTTPSLog, s.LogFormat == conf.LogHTTPS, "httpslog", "true"},
	}
	switch s.LogFormat {
	case conf.LogHTTPClf:
		options[0].last, options[0].text = true, `"clf"`
	case conf.LogJSON:
		options[0].last, options[0].text = true, `"json"`
	}
	for _, last := range []bool{false, true} {
		for _, one := range options {
			if one.on && one.last == last {
				e.attr(one.name, one.text)
			}
		}
	}
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

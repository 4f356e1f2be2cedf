package main

import (
	"bytes"
	"io"

	"go.uber.org/zap/zapcore"

	"weir/conf"
)

// hapReporter tells of a reload as HAProxy's master does.
type hapReporter struct {
	msg *hapMessages
	buf bytes.Buffer
}

func (p *hapProcess) reporter() reporter {
	r := &hapReporter{}
	r.msg = &hapMessages{w: &r.buf}
	if !p.msg.quiet {
		r.msg.w = io.MultiWriter(p.s.err, &r.buf)
	}
	return r
}

func (r *hapReporter) config(diags conf.Diagnostics) bool { return r.msg.config(diags) }

func (r *hapReporter) text() string { return r.buf.String() }

func (r *hapReporter) say(level zapcore.Level, text string) {
	switch {
	case level >= zapcore.ErrorLevel:
		r.msg.alert("%s", text)
	case level == zapcore.WarnLevel:
		r.msg.warn("%s", text)
	default:
		r.msg.say("NOTICE", "%s", text)
	}
}

// read reads the files of the command line again: those of a folder are those that are there now.
func (p *hapProcess) read(rep reporter) *conf.Config {
	msg := rep.(*hapReporter).msg
	var now hapFlags
	for _, path := range p.f.given {
		if err := now.add(path); err != nil { // relative to -C, where the process is
			msg.alert("%s", err)
			return nil
		}
	}
	cfg, diags := loadWith(now.files, p.loadOptions())
	p.f.apply(cfg)
	p.foreign(cfg, &diags)
	cfg.Global.MasterWorker = true // the process cannot become another
	switch {
	case !msg.config(diags):
		return nil
	case p.f.zeroWarn && msg.warned:
		msg.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
		return nil
	case !listens(cfg):
		msg.alert("[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
		return nil
	}
	return cfg
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"weir/conf"
)

// hapMessages writes to stderr in the shape that HAProxy's messages have, which scripts and editors look for:
//
//	[ALERT]    (123) : config : parsing [haproxy.cfg:12] : ...
//
// Before the first of them two notices say who is speaking.
type hapMessages struct {
	w      io.Writer
	quiet  bool
	begun  bool
	warned bool // a warning was there, told or not
}

func hapLabel(level string) string { return fmt.Sprintf("%-11s(%d) : ", "["+level+"]", os.Getpid()) }

func (m *hapMessages) say(level, format string, args ...any) {
	if m.quiet {
		return
	}
	if !m.begun && level != "NOTICE" && level != "DIAG" {
		m.begun = true
		m.say("NOTICE", "haproxy version is %s", hapVersion())
		if path, err := os.Executable(); err == nil {
			m.say("NOTICE", "path to executable is %s", path)
		}
	}
	text := strings.ReplaceAll(strings.TrimRight(fmt.Sprintf(format, args...), "\n"), "\n", "\n   | ")
	fmt.Fprintf(m.w, "%s%s\n", hapLabel(level), text)
}

func (m *hapMessages) alert(format string, args ...any) { m.say("ALERT", format, args...) }

func (m *hapMessages) warn(format string, args ...any) {
	m.warned = true
	m.say("WARNING", format, args...)
}

// config writes what reading a configuration said, and reports whether it may run.
func (m *hapMessages) config(diags conf.Diagnostics) bool {
	m.remarks(&diags)
	bad := map[string]bool{}
	for i, e := range diags.Errors {
		m.alert("config : %s", placedAsHaproxy(e))
		if f := e.Pos.File; f != "" {
			bad[f] = true
		}
		if i+1 == len(diags.Errors) || diags.Errors[i+1].Pos.File != e.Pos.File {
			if bad[e.Pos.File] {
				m.alert("config : Error(s) found in configuration file : %s", e.Pos.File)
			}
		}
	}
	if len(diags.Errors) > 0 {
		m.alert("config : Fatal errors found in configuration.")
	}
	return len(diags.Errors) == 0
}

// remarks writes what is no error, in the order of the files.
func (m *hapMessages) remarks(diags *conf.Diagnostics) {
	type remark struct {
		level string
		e     *conf.Error
	}
	var all []remark
	for level, list := range map[string]conf.Errors{"NOTICE": diags.Notices, "DIAG": diags.Diags, "WARNING": diags.Warnings} {
		for _, e := range list {
			all = append(all, remark{level, e})
		}
	}
	slices.SortStableFunc(all, func(a, b remark) int { return a.e.Pos.Compare(b.e.Pos) })
	for _, r := range all {
		m.warned = m.warned || r.level == "WARNING"
		m.say(r.level, "config : %s", placedAsHaproxy(r.e))
	}
}

// placedAsHaproxy is an error with its place as HAProxy writes it; the column comes after, where there is one.
func placedAsHaproxy(e *conf.Error) string {
	if e.Pos.IsZero() {
		return strings.TrimSpace(e.Error())
	}
	text := *e
	text.Pos = conf.Pos{}
	if e.Pos.Line == 0 {
		return fmt.Sprintf("%s : %s", e.Pos.File, text.Error())
	}
	return fmt.Sprintf("parsing [%s:%d] : %s", e.Pos.File, e.Pos.Line, text.Error())
}

// plainCause is the system's reason of a failed file operation, as the C library words it.
func plainCause(err error) string {
	var no syscall.Errno
	if errors.As(err, &no) {
		s := no.Error()
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return err.Error()
}

// zap is a log for what happens at run time, in the same shape.
func (m *hapMessages) zap(level zapcore.Level) *zap.Logger {
	if m.quiet {
		return zap.NewNop()
	}
	return zap.New(&hapCore{LevelEnabler: level, out: zapcore.Lock(zapcore.AddSync(m.w))})
}

// hapCore writes what is logged as HAProxy writes its messages: a label and plain text. Fields that the text does not tell come behind it.
type hapCore struct {
	zapcore.LevelEnabler
	out    zapcore.WriteSyncer
	fields []zapcore.Field
}

func (c *hapCore) With(f []zapcore.Field) zapcore.Core {
	one := *c
	one.fields = slices.Concat(c.fields, f)
	return &one
}

func (c *hapCore) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return to.AddCore(e, c)
	}
	return to
}

func (c *hapCore) Sync() error { return c.out.Sync() }

func (c *hapCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	word := "ALERT"
	switch e.Level {
	case zapcore.DebugLevel:
		word = "DEBUG"
	case zapcore.InfoLevel:
		word = "NOTICE"
	case zapcore.WarnLevel:
		word = "WARNING"
	}
	_, err := io.WriteString(c.out, hapLabel(word)+e.Message+besides(e.Message, slices.Concat(c.fields, fields))+"\n")
	return err
}

// tells reports whether the text has the value, as a word of its own: names may be a single letter.
func tells(text, value string) bool {
	inWord := func(r rune, size int) bool { return size > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	for at := 0; ; at++ {
		i := strings.Index(text[at:], value)
		if i < 0 {
			return false
		}
		at += i
		if !inWord(utf8.DecodeLastRuneInString(text[:at])) && !inWord(utf8.DecodeRuneInString(text[at+len(value):])) {
			return true
		}
	}
}

// besides are the fields whose values do not stand in the text.
func besides(text string, fields []zapcore.Field) string {
	var list []string
	for _, f := range fields {
		m := zapcore.NewMapObjectEncoder()
		f.AddTo(m)
		for key, v := range m.Fields {
			value := fmt.Sprint(v)
			if value != "" && !tells(text, value) {
				list = append(list, key+"="+value)
			}
		}
	}
	if list == nil {
		return ""
	}
	slices.Sort(list)
	return " (" + strings.Join(list, ", ") + ")"
}

package frontend

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"weir/internal/logsink"
)

// stateLog gives what a backend says of its servers to the section's log targets too, where HAProxy's users look for it
// ("Server bk/s1 is DOWN, ...").
type stateLog struct {
	zapcore.LevelEnabler
	w     *logsink.Writer
	route logsink.Route
}

// tee is log with a copy of each message to the targets of route.
func tee(log *zap.Logger, w *logsink.Writer, route logsink.Route) *zap.Logger {
	if w == nil {
		return log
	}
	return log.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewTee(c, &stateLog{LevelEnabler: zapcore.InfoLevel, w: w, route: route})
	}))
}

// With drops the fields: the message says it all.
func (s *stateLog) With([]zapcore.Field) zapcore.Core { return s }

func (s *stateLog) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if s.Enabled(e.Level) {
		return ce.AddCore(e, s)
	}
	return ce
}

// Write sends the message at the level that HAProxy uses: a server that goes down is an alert, one that comes back a notice.
func (s *stateLog) Write(e zapcore.Entry, _ []zapcore.Field) error {
	level := logsink.Notice
	switch {
	case e.Level >= zapcore.ErrorLevel:
		level = logsink.Emerg
	case e.Level == zapcore.WarnLevel:
		level = logsink.Alert
	}
	s.w.Log(s.route, level, e.Message)
	return nil
}

func (*stateLog) Sync() error { return nil }

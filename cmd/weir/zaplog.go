package main

import (
	"fmt"
	"io"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLog makes the process log: what happens to Weir itself. Access lines go to the configuration's log targets instead.
func newLog(w io.Writer, format, level string) (*zap.Logger, error) {
	lv, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("--log-level: got %q; want debug, info, warn or error", level)
	}
	var enc zapcore.Encoder
	switch format {
	case "console":
		c := zap.NewDevelopmentEncoderConfig()
		c.EncodeTime = zapcore.ISO8601TimeEncoder
		c.CallerKey = zapcore.OmitKey
		enc = zapcore.NewConsoleEncoder(c)
	case "json":
		c := zap.NewProductionEncoderConfig()
		c.EncodeTime = zapcore.RFC3339NanoTimeEncoder
		enc = zapcore.NewJSONEncoder(c)
	default:
		return nil, fmt.Errorf("--log-format: got %q; want console or json%s", format, suggest(format, []string{"console", "json"}))
	}
	return zap.New(zapcore.NewCore(enc, zapcore.Lock(zapcore.AddSync(w)), lv)), nil
}

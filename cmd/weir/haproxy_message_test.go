package main

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// What happens at run time is told as HAProxy tells it: one line of plain text.
func TestHapMessagesLog(t *testing.T) {
	var out strings.Builder
	log := (&hapMessages{w: &out}).zap(zapcore.WarnLevel).With(zap.String("backend", "be"))
	log.Info("nobody hears this")
	log.Warn("Server be/s1 is DOWN", zap.String("server", "s1"), zap.Int("left", 0), zap.Error(nil))
	log.Error("it is lost", zap.Error(errors.New("disk full")), zap.Strings("names", []string{"a", "b"}))
	log.Warn("the loop is busy", zap.String("frontend", "b"), zap.String("name", "oo"), zap.String("word", "busy"))
	want := hapLabel("WARNING") + "Server be/s1 is DOWN (left=0)\n" + hapLabel("ALERT") + "it is lost (backend=be, error=disk full, names=[a b])\n" +
		hapLabel("WARNING") + "the loop is busy (backend=be, frontend=b, name=oo)\n"
	if out.String() != want {
		t.Errorf("%q; want %q", out.String(), want)
	}
}

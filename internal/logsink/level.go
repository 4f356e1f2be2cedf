package logsink

import (
	"fmt"
	"slices"
	"strings"
)

// Level is a syslog severity: the smaller, the graver (RFC 5424, 6.2.1).
type Level uint8

// The levels in HAProxy's words are the lower-case names.
const (
	Emerg Level = iota
	Alert
	Crit
	Err
	Warning
	Notice
	Info
	Debug
)

var levelNames = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// facilityNames in the order of their syslog codes (RFC 5424, 6.2.1), by HAProxy's names.
var facilityNames = []string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp",
	"ntp", "audit", "alert", "cron2", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

// String returns the configuration's name of the level.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// parseName returns the index of text in names, or byDefault where text is empty.
func parseName(what, text string, names []string, byDefault int) (int, error) {
	if text == "" {
		return byDefault, nil
	}
	if i := slices.Index(names, text); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("%s: got %q; want one of %s", what, text, strings.Join(names, ", "))
}

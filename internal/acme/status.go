package acme

import (
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Status is how it stands with one certificate.
type Status struct {
	Name, Section string
	State         string    // as in HAProxy: Running, Scheduled or Stopped
	Expires       time.Time // zero = none has been issued
	Next          time.Time // the next order; zero = none is planned
	Error         string    // why the last order came to nothing; "" = it did not
	ErrorAt       time.Time
	Failures      int    // in a row
	Issued        uint64 // by this process
	Failed        uint64
}

// Status tells of all certificates that are kept.
func (k *Keeper) Status() []Status {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []Status
	for _, c := range k.certs {
		s := Status{Name: c.is.Name, Section: c.is.ACME, State: "Scheduled", Next: c.next(), Error: c.lastError, ErrorAt: c.lastErrorAt, Failures: c.fails, Issued: c.issued, Failed: c.failed}
		if c.leaf != nil {
			s.Expires = c.leaf.NotAfter
		}
		switch {
		case c.running || c.asked:
			s.State = "Running"
		case c.due.IsZero():
			s.State = "Stopped"
		}
		list = append(list, s)
	}
	return list
}

// Table writes the answer to "acme status": HAProxy's columns, and behind them why the last order came to nothing.
func Table(list []Status, now time.Time) string {
	var b strings.Builder
	b.WriteString("# certificate\tsection\tstate\texpiration date (UTC)\texpires in\tscheduled date (UTC)\tscheduled in\tlast error\n")
	for _, s := range list {
		why := "-"
		if s.Error != "" {
			why = fmt.Sprintf("%s (%s, failure %d in a row)", strings.Join(strings.Fields(s.Error), " "), date(s.ErrorAt), s.Failures)
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Section, s.State, date(s.Expires), in(s.Expires, now), date(s.Next), in(s.Next, now), why)
	}
	return b.String()
}

// moment is a field of the log, which all of its formats write alike.
func moment(key string, t time.Time) zap.Field { return zap.String(key, date(t)) }

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// in is how long it is until then, as "89d 23h01m13s".
func in(t, now time.Time) string {
	d := max(0, t.Sub(now)) / time.Second
	if t.IsZero() {
		d = 0
	}
	return fmt.Sprintf("%dd %dh%02dm%02ds", d/86400, d/3600%24, d/60%60, d%60)
}

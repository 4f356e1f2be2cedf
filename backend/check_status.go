package backend

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"weir/internal/fault"
	"weir/internal/loop"
	"weir/stats"
)

// checkStatus is how a health check ended, as "show stat" names it.
type checkStatus uint8

const (
	checkINI     checkStatus = iota // none has ended yet
	checkSOCKERR                    // the connection was reset, or there was no socket to check with
	checkL4OK
	checkL4TOUT
	checkL4CON
	checkL6OK
	checkL6TOUT
	checkL6RSP
	checkL7OK
	checkL7OKC // good, but the server wants no new clients
	checkL7TOUT
	checkL7RSP // not HTTP, or not the content expected
	checkL7STS // not the status expected
	checkPROCERR
	checkPROCTOUT
	checkPROCOK
	checkHANA // what traffic showed
)

// checkStatuses is one row per status: its name, what the log says (in HAProxy's words, which scripts look for), whether it is good, and its number in "show servers state"
// (those of SOCKERR and L4TOUT are by the order of the others; the rest were seen).
var checkStatuses = [...]struct {
	name, text string
	ok         bool
	number     int
}{
	checkINI:      {"INI", "Initializing", false, 1},
	checkSOCKERR:  {"SOCKERR", "Socket error", false, 4},
	checkL4OK:     {"L4OK", "Layer4 check passed", true, 6},
	checkL4TOUT:   {"L4TOUT", "Layer4 timeout", false, 7},
	checkL4CON:    {"L4CON", "Layer4 connection problem", false, 8},
	checkL6OK:     {"L6OK", "Layer6 check passed", true, 9},
	checkL6TOUT:   {"L6TOUT", "Layer6 timeout", false, 10},
	checkL6RSP:    {"L6RSP", "Layer6 invalid response", false, 11},
	checkL7OK:     {"L7OK", "Layer7 check passed", true, 15},
	checkL7OKC:    {"L7OKC", "Layer7 check conditionally passed", true, 16},
	checkL7TOUT:   {"L7TOUT", "Layer7 timeout", false, 12},
	checkL7RSP:    {"L7RSP", "Layer7 invalid response", false, 13},
	checkL7STS:    {"L7STS", "Layer7 wrong status", false, 17},
	checkPROCERR:  {"PROCERR", "External check error", false, 18},
	checkPROCTOUT: {"PROCTOUT", "External check timeout", false, 19},
	checkPROCOK:   {"PROCOK", "External check passed", true, 20},
	checkHANA:     {"HANA", "Health analyze", false, 3},
}

// String is the name, such as L4OK.
func (s checkStatus) String() string { return checkStatuses[s].name }

// checkResult is one ended check.
type checkResult struct {
	status checkStatus
	code   int // HTTP status; -1 = none
	took   time.Duration
	ours   bool   // it was us who had no socket, port or process to check with: that says nothing of the server
	text   string // what the network or the server said
}

func (r *checkResult) ok() bool { return checkStatuses[r.status].ok }

// reason is the result in a log line.
func (r *checkResult) reason() string {
	var b strings.Builder
	fmt.Fprintf(&b, ", reason: %s", checkStatuses[r.status].text)
	if r.code >= 0 && r.status != checkL6RSP && r.status != checkL7RSP { // what is no answer has no code
		fmt.Fprintf(&b, ", code: %d", r.code)
	}
	if r.text != "" {
		fmt.Fprintf(&b, ", info: %q", r.text)
	}
	if r.status != checkHANA { // no check has been made
		fmt.Fprintf(&b, ", check duration: %dms", r.took.Milliseconds())
	}
	return b.String()
}

// fill puts the result into a row; a check that is under way marks the last one with a star.
func (r *checkResult) fill(row *stats.Row, running bool) {
	row.CheckStatus, row.CheckCode = r.status.String(), r.code
	if running && r.status != checkINI {
		row.CheckStatus = "* " + row.CheckStatus
	}
	row.CheckDuration, row.LastCheck = r.took, r.text
}

// failed is a result without an HTTP status.
func failed(status checkStatus, text string) checkResult {
	return checkResult{status: status, code: -1, text: cut(text)}
}

// unable is the result of a check that could not be made.
func unable(text string) checkResult {
	r := failed(checkSOCKERR, text)
	r.ours = true
	return r
}

// cut bounds the text of a result.
func cut(text string) string { return text[:min(len(text), maxCheckText)] }

// statusByName is a status by what "show stat" calls it.
func statusByName(name string) checkStatus {
	for i := range checkStatuses {
		if checkStatuses[i].name == name {
			return checkStatus(i)
		}
	}
	return checkINI
}

// errorText is what the system says of an error, with a capital as it stands in "show stat".
func errorText(err error) string {
	s := err.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// connectResult is how a check ends whose connection could not be made; at says in which step.
func connectResult(err error, at string) checkResult {
	if err == loop.ErrTimeout || err == syscall.ETIMEDOUT {
		return failed(checkL4TOUT, at)
	}
	if connectFault(err) == fault.ConnectResource {
		return unable(errorText(err) + at)
	}
	return failed(checkL4CON, errorText(err)+at)
}

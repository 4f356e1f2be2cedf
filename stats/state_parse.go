package stats

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// stateFields are the columns of a line of format version 1. Older versions of HAProxy wrote fewer: those up to srv_port are needed.
const (
	stateFields    = 25
	stateFieldsMin = 19
	// maxStateLines bounds a file of states: it is read at the start and at each reload.
	maxStateLines = 1 << 20
)

// ParseServersState reads what "show servers state" has told. A line that is wrong costs itself alone; what is wrong with the first of them
// is the error, which comes with the rows that could be read.
func ParseServersState(text string) ([]ServerStateRow, error) {
	var rows []ServerStateRow
	var first error
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if n++; n == 1 {
			if line != "1" {
				return nil, fmt.Errorf("line 1: got %.40q; want the version of the format, 1", line)
			}
			continue
		}
		if n > maxStateLines {
			return rows, errors.Join(first, fmt.Errorf("more than %d lines", maxStateLines))
		}
		if line == "" || line[0] == '#' {
			continue
		}
		row, err := parseStateRow(strings.Fields(line))
		switch {
		case err == nil:
			rows = append(rows, row)
		case first == nil:
			first = fmt.Errorf("line %d: %w", n, err)
		}
	}
	if n == 0 {
		return nil, errors.New("it is empty")
	}
	return rows, first
}

func parseStateRow(f []string) (r ServerStateRow, err error) {
	if len(f) < stateFieldsMin || len(f) > stateFields {
		return r, fmt.Errorf("got %d columns; want %d to %d", len(f), stateFieldsMin, stateFields)
	}
	for i := range f {
		if oneLine(f[i]) != f[i] {
			return r, fmt.Errorf("column %d: got %.40q; want no control characters", i+1, f[i])
		}
	}
	num := func(i, low, high int) int {
		if i >= len(f) {
			return 0
		}
		n, e := strconv.Atoi(f[i])
		if (e != nil || n < low || n > high) && err == nil {
			err = fmt.Errorf("column %d: got %.40q; want a number from %d to %d", i+1, f[i], low, high)
		}
		return n
	}
	text := func(i int) string {
		if i >= len(f) || f[i] == "-" {
			return ""
		}
		return f[i]
	}
	const most = 1<<31 - 1
	r = ServerStateRow{
		BackendID: num(0, 0, most), Backend: f[1], ServerID: num(2, 0, most), Server: f[3], OpState: num(5, 0, 3), AdminState: num(6, 0, 127),
		UserWeight: num(7, 0, 256), InitialWeight: num(8, 0, 256), LastChange: time.Duration(num(9, 0, most)) * time.Second,
		CheckStatus: num(10, 0, most), CheckResult: num(11, 0, 4), CheckHealth: num(12, 0, most), CheckState: num(13, 0, 127), AgentState: num(14, 0, 127),
		BackendForced: num(15, 0, 1) == 1, SrvForce: num(16, 0, 1) == 1, FQDN: text(17), Port: uint16(num(18, 0, 65535)), SRVRecord: text(19),
		SSL: num(20, 0, 1) == 1, CheckPort: uint16(num(21, 0, 65535)), CheckAddr: text(22), AgentAddr: text(23), AgentPort: uint16(num(24, 0, 65535)),
	}
	if f[4] != "-" {
		if r.Addr, _ = netip.ParseAddr(f[4]); !r.Addr.IsValid() && err == nil {
			err = fmt.Errorf("column 5: got %.40q; want an address", f[4])
		}
	}
	return r, err
}

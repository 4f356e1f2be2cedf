package stats

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// call is one run of a command.
type call struct {
	ctx     context.Context
	session *cliSession
	source  Source
	admin   Admin
	args    []string // the words after the command's own
	payload []string // the lines that followed the command's
	text    string   // the words of args with one blank between
	out     []byte
	bare    bool // no empty line ends the answer: so some commands of HAProxy have it
}

// reply appends one line to the answer. A line that would be empty is left out: empty lines end answers.
func (c *call) reply(line string) {
	line = strings.TrimRight(line, "\n")
	if line == "" {
		return
	}
	c.out = append(append(c.out, line...), '\n')
}

// tell appends a message, which is not data that was asked for: it carries its severity where the connection wants to see that.
func (c *call) tell(severity int, line string) {
	c.out = c.session.shows.mark(c.out, severity)
	c.reply(line)
}

// fail tells what went wrong.
func (c *call) fail(line string) { c.tell(severityError, line) }

// arg returns the nth argument or "".
func (c *call) arg(n int) string {
	if n < len(c.args) {
		return c.args[n]
	}
	return ""
}

// Texts of HAProxy's command line, which tools match.
var (
	errNoAdmin        = errors.New("This command is not available on this process.")
	errNoProxy        = errors.New("No such proxy.")
	errNeedServer     = errors.New("Require 'backend/server'.")
	errNeedFrontend   = errors.New("A frontend name is expected.")
	errFindBackend    = errors.New("Can't find backend.")
	errNeedWeight     = errors.New("Require <weight> or <weight%>.")
	errNeedMaxconn    = errors.New("Require <maxconn>.")
	errNeedInteger    = errors.New("Expects an integer value.")
	errIntegerMissing = errors.New("Integer value expected.")
	errRange          = errors.New("Value out of range.")
	errSetTimeout     = errors.New("'set timeout' only supports 'cli'.")
	errTimeoutValue   = errors.New("Invalid timeout value.")
	errSetState       = errors.New("'set server <srv> state' expects 'ready', 'drain' and 'maint'.")
	errSetHealth      = errors.New("'set server <srv> health' expects 'up', 'stopping', or 'down'.")
	errSetAddr        = errors.New("set server <b>/<s> addr requires an address and optionally a port.")
	errDomain         = errors.New("Invalid statistics domain.")
	errNoSession      = errors.New("No such session (use 'show sess').")
	errNeedSession    = errors.New("Session pointer expected (use 'show sess').")
	errNoVariable     = errors.New("Variable not found")
)

// findRow returns the row of a proxy by name or "#id": name is compared on rows of type t.
func findRow(rows []Row, t RowType, proxy string) *Row {
	id, byID := numericID(proxy)
	for i := range rows {
		r := &rows[i]
		if r.Type == t && (r.Proxy == proxy || byID && r.IID == id) {
			return r
		}
	}
	return nil
}

// numericID reads "#12".
func numericID(s string) (int, bool) {
	digits, ok := strings.CutPrefix(s, "#")
	if !ok {
		return 0, false
	}
	id, err := strconv.Atoi(digits)
	return id, err == nil
}

// server resolves "backend/server", each by name or "#id", to its row.
func (c *call) server(text string) (*Row, error) {
	backend, server, ok := strings.Cut(text, "/")
	if !ok || backend == "" || server == "" {
		return nil, errNeedServer
	}
	rows := c.source.Rows(c.ctx)
	b := findRow(rows, RowBackend, backend)
	if b == nil {
		return nil, ErrNoBackend
	}
	id, byID := numericID(server)
	for i := range rows {
		r := &rows[i]
		if r.Type == RowServer && r.Proxy == b.Proxy && (r.Name == server || byID && r.SID == id) {
			return r, nil
		}
	}
	return nil, ErrNoServer
}

// frontend resolves a frontend's name or "#id".
func (c *call) frontend(text string) (string, error) {
	if text == "" {
		return "", errNeedFrontend
	}
	r := findRow(c.source.Rows(c.ctx), RowFrontend, text)
	if r == nil {
		return "", ErrNoFrontend
	}
	return r.Proxy, nil
}

// serverState returns the state row of a server.
func (c *call) serverState(r *Row) (*ServerStateRow, error) {
	if c.admin == nil {
		return nil, errNoAdmin
	}
	states, err := c.admin.ServersState(c.ctx, r.Proxy)
	if err != nil {
		return nil, err
	}
	for i := range states {
		if states[i].Server == r.Name {
			return &states[i], nil
		}
	}
	return nil, ErrNoServer
}

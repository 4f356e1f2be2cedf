package stats

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// ConnLister tells of the connections to servers. An Admin may implement it.
type ConnLister interface {
	// ServersConn returns the servers of one backend, or of all when backend is empty.
	ServersConn(ctx context.Context, backend string) []ServerConns
}

// ServerConns is one line of "show servers conn" (HAProxy management guide, 9.3).
type ServerConns struct {
	Backend, Server     string
	BackendID, ServerID int
	Addr                netip.AddrPort // invalid = none that is an IP address
	Purge               time.Duration  // pool-purge-delay
	Used, UsedMax       int64          // connections at work; the most streams that there were at once
	Limit               int64          // pool-max-conn; -1 = none
	Idle                []int64        // of each loop
}

const connColumns = "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[%d]"

func showServersConn(c *call) error {
	a, ok := c.admin.(ConnLister)
	if !ok {
		return errNoAdmin
	}
	backend := ""
	if c.arg(0) != "" {
		r := findRow(c.source.Rows(c.ctx), RowBackend, c.arg(0))
		if r == nil {
			return errFindBackend
		}
		backend = r.Proxy
	}
	rows := a.ServersConn(c.ctx, backend)
	loops := 0
	for i := range rows {
		loops = max(loops, len(rows[i].Idle))
	}
	c.reply(fmt.Sprintf(connColumns, loops))
	for i := range rows {
		c.reply(rows[i].line(c.hide))
	}
	return nil
}

// String is the server's line. How many connections will be needed is not estimated: it is as many as are used.
func (r *ServerConns) String() string { return r.line(asIs) }

// line is the server's line with names and addresses as hide shows them.
func (r *ServerConns) line(hide func(string) string) string {
	addr, port := "-", uint16(0)
	if r.Addr.IsValid() {
		addr, port = hide(r.Addr.Addr().Unmap().String()), r.Addr.Port()
	}
	var b strings.Builder
	idle := int64(0)
	for _, n := range r.Idle {
		idle += n
		fmt.Fprintf(&b, " %d", n)
	}
	return fmt.Sprintf("%s/%s %d/%d %s %d - %d %d %d %d %d %d %d %d%s", oneLine(hide(r.Backend)), oneLine(hide(r.Server)), r.BackendID, r.ServerID, addr, port,
		r.Purge.Milliseconds(), r.Used, r.UsedMax, r.Used, 0, idle, r.Limit, idle, b.String())
}

package stats

import (
	"fmt"
	"net/netip"
)

// stateColumns is the header of "show servers state", format version 1 (HAProxy management guide, 9.3): other
// programs read it by position, and load it again at their start.
const stateColumns = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight" +
	" srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state" +
	" bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port"

func showServersState(c *call) error {
	if c.admin == nil {
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
	rows, err := c.admin.ServersState(c.ctx, backend)
	if err != nil {
		return err
	}
	c.reply("1")
	c.reply(stateColumns)
	for i := range rows {
		c.reply(rows[i].line(c.hide))
	}
	return nil
}

// String is the server's line.
func (r *ServerStateRow) String() string { return r.line(asIs) }

// asIs hides nothing.
func asIs(s string) string { return s }

// line is the server's line with names and addresses as hide shows them.
func (r *ServerStateRow) line(hide func(string) string) string {
	addr := dashAddr(r.Addr)
	if r.Addr.IsValid() {
		addr = hide(addr)
	}
	return fmt.Sprintf("%d %s %d %s %s %d %d %d %d %d %d %d %d %d %d %d %d %s %d %s %d %d %s %s %d",
		r.BackendID, dash(hide(r.Backend)), r.ServerID, dash(hide(r.Server)), addr, r.OpState, r.AdminState, r.UserWeight, r.InitialWeight,
		int64(r.LastChange.Seconds()), r.CheckStatus, r.CheckResult, r.CheckHealth, r.CheckState, r.AgentState,
		flag(r.BackendForced), flag(r.SrvForce), dash(hide(r.FQDN)), r.Port, dash(hide(r.SRVRecord)), flag(r.SSL), r.CheckPort,
		dash(hide(r.CheckAddr)), dash(hide(r.AgentAddr)), r.AgentPort)
}

// dash stands for an empty column.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return oneLine(s)
}

func dashAddr(a netip.Addr) string {
	if !a.IsValid() {
		return "-"
	}
	return a.Unmap().String()
}

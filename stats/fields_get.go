package stats

import "strings"

// The getters that the table of columns shares.

// checked shows a column on servers with health checks only.
func checked(get func(*Row) value) func(*Row, *view) value {
	return func(r *Row, _ *view) value {
		if !r.Checked {
			return none
		}
		return get(r)
	}
}

// checkedOrBackend shows it on backends too.
func checkedOrBackend(get func(*Row) value) func(*Row, *view) value {
	return func(r *Row, _ *view) value {
		if r.Type == RowServer && !r.Checked {
			return none
		}
		return get(r)
	}
}

// agent shows a column on servers with agent checks only.
func agent(get func(*Row) value) func(*Row, *view) value {
	return func(r *Row, _ *view) value {
		if !r.AgentChecked {
			return none
		}
		return get(r)
	}
}

func responses(class int) func(*Row, *view) value {
	return func(r *Row, _ *view) value { return u64(r.Responses[class]) }
}

func queueTime(r *Row) *Average    { return &r.QueueTime }
func connectTime(r *Row) *Average  { return &r.ConnectTime }
func responseTime(r *Row) *Average { return &r.ResponseTime }
func totalTime(r *Row) *Average    { return &r.TotalTime }

func average(of func(*Row) *Average) func(*Row, *view) value {
	return func(r *Row, _ *view) value { return u32(of(r).Value()) }
}

func maximum(of func(*Row) *Average) func(*Row, *view) value {
	return func(r *Row, _ *view) value { return u32(of(r).Max()) }
}

func zero(*Row, *view) value { return u32(0) }

func lastSession(r *Row, v *view) value {
	if r.LastSession.IsZero() {
		return s32(-1)
	}
	return s32(v.ago(r.LastSession))
}

// checkStates are the results of a check, in the order of the exporter.
var checkStates = []string{"HANA", "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP",
	"L7OK", "L7OKC", "L7STS", "PROCERR", "PROCTOUT", "PROCOK"}

// checkState strips the mark of a check under way.
func checkState(s string) string { return strings.TrimPrefix(s, "* ") }

// checkTexts are the plain words of a result.
var checkTexts = map[string]string{
	"UNK": "Unknown", "INI": "Initializing", "HANA": "Health analyze", "SOCKERR": "Socket error",
	"L4OK": "Layer4 check passed", "L4TOUT": "Layer4 timeout", "L4CON": "Layer4 connection problem",
	"L6OK": "Layer6 check passed", "L6TOUT": "Layer6 timeout", "L6RSP": "Layer6 invalid response",
	"L7OK": "Layer7 check passed", "L7OKC": "Layer7 check conditionally passed", "L7TOUT": "Layer7 timeout",
	"L7RSP": "Layer7 invalid response", "L7STS": "Layer7 wrong status",
	"PROCERR": "External check error", "PROCTOUT": "External check timeout", "PROCOK": "External check passed",
}

func checkDesc(r *Row) string {
	if r.CheckDesc != "" {
		return r.CheckDesc
	}
	return checkTexts[checkState(r.CheckStatus)]
}

func agentDesc(r *Row) string {
	if r.AgentDesc != "" {
		return r.AgentDesc
	}
	return checkTexts[checkState(r.AgentStatus)]
}

package stats

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What becomes of a form of the stats page, as HAProxy writes it into the address of the page that follows ("st=DONE"): scripts read it.
const (
	Done    = "DONE"
	Partly  = "PART"
	Nothing = "NONE"
	Wrong   = "ERRP"
	TooLong = "EXCD"
	Denied  = "DENY"
	unknown = "UNKN"
)

// outcomes are what the page says of them.
var outcomes = map[string]string{
	Done: "done", Partly: "done for some of the servers", Nothing: "nothing was changed", Wrong: "nothing was changed: the form named a server, a backend or an action that does not exist",
	TooLong: "nothing was changed: the form is longer than a buffer; choose fewer servers", Denied: "denied", unknown: "something went wrong",
}

// formAction is something that a form may ask for of servers.
type formAction struct {
	Name, Doc string
	do        func(ctx context.Context, a Admin, backend, server string) error
}

func stateAction(name, doc, state string) formAction {
	return formAction{name, doc, func(ctx context.Context, a Admin, b, s string) error { return a.SetServerState(ctx, b, s, state) }}
}

func healthAction(name, doc, health string) formAction {
	return formAction{name, doc, func(ctx context.Context, a Admin, b, s string) error { return a.SetServerHealth(ctx, b, s, health) }}
}

func checksAction(name, doc string, on bool) formAction {
	return formAction{name, doc, func(ctx context.Context, a Admin, b, s string) error { return a.SetServerChecks(ctx, b, s, on) }}
}

// agentAction is one that needs an Admin that knows of agents.
func agentAction(name, doc string, do func(CheckAdmin, context.Context, string, string) error) formAction {
	return formAction{name, doc, func(ctx context.Context, a Admin, b, s string) error {
		if c, ok := a.(CheckAdmin); ok {
			return do(c, ctx, b, s)
		}
		return errNoAdmin
	}}
}

var formActions = []formAction{
	stateAction("ready", "state: ready", "ready"),
	stateAction("drain", "state: drain", "drain"),
	stateAction("maint", "state: maintenance", "maint"),
	checksAction("dhlth", "checks: off", false),
	checksAction("ehlth", "checks: on", true),
	healthAction("hrunn", "health: up", "up"),
	healthAction("hnolb", "health: no new clients", "stopping"),
	healthAction("hdown", "health: down", "down"),
	agentAction("dagent", "agent: off", func(a CheckAdmin, ctx context.Context, b, s string) error { return a.SetServerAgent(ctx, b, s, false) }),
	agentAction("eagent", "agent: on", func(a CheckAdmin, ctx context.Context, b, s string) error { return a.SetServerAgent(ctx, b, s, true) }),
	agentAction("arunn", "agent: up", func(a CheckAdmin, ctx context.Context, b, s string) error {
		return a.SetServerAgentState(ctx, b, s, true)
	}),
	agentAction("adown", "agent: down", func(a CheckAdmin, ctx context.Context, b, s string) error {
		return a.SetServerAgentState(ctx, b, s, false)
	}),
	{"shutdown", "end the sessions", func(ctx context.Context, a Admin, b, s string) error {
		if c, ok := a.(SessionAdmin); ok {
			return c.ShutdownServerSessions(ctx, b, s)
		}
		return errNoAdmin
	}},
}

// formAliases are older words for the states, which HAProxy takes too and scripts still send.
var formAliases = map[string]string{"enable": "ready", "disable": "maint", "stop": "drain"}

func actionNamed(name string) *formAction {
	if alias := formAliases[name]; alias != "" {
		name = alias
	}
	for i := range formActions {
		if formActions[i].Name == name {
			return &formActions[i]
		}
	}
	return nil
}

// ApplyForm does what a form says: "b=BACKEND&action=ACTION&s=SERVER&s=SERVER", where a backend may be "#ID". It returns what has become
// of it.
func ApplyForm(ctx context.Context, source Source, admin Admin, form []byte) (outcome string) {
	values, err := url.ParseQuery(strings.TrimRight(string(form), "\r\n"))
	if err != nil {
		return Wrong
	}
	if len(values["s"]) == 0 || !values.Has("b") || !values.Has("action") {
		return Nothing
	}
	rows := source.Rows(ctx)
	action, backend := actionNamed(values.Get("action")), backendNamed(rows, values.Get("b"))
	if action == nil || backend == "" {
		return Wrong
	}
	done, missing := 0, 0
	for _, server := range values["s"] {
		switch {
		case !slices.ContainsFunc(rows, func(r Row) bool { return r.Type == RowServer && r.Proxy == backend && r.Name == server }):
			missing++
		case action.do(ctx, admin, backend, server) == nil:
			done++
		}
	}
	switch {
	case done == len(values["s"]):
		return Done
	case done > 0:
		return Partly
	case missing > 0:
		return Wrong
	}
	return Nothing
}

// backendNamed returns the backend of that name or number; "" where there is none.
func backendNamed(rows []Row, name string) string {
	digits, byID := strings.CutPrefix(name, "#")
	id, err := strconv.Atoi(digits)
	for i := range rows {
		if r := &rows[i]; r.Type == RowBackend && (r.Proxy == name || byID && err == nil && r.IID == id) {
			return r.Proxy
		}
	}
	return ""
}

package backend

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strconv"
	"time"

	"weir/conf"
	"weir/internal/loop"
)

// execute runs "external-check command" on a goroutine, while the task waits: a loop never starts a process.
func (c *checker) execute(t *loop.Task) checkResult {
	limit := c.server.b.conf.Timeouts.Check
	if limit <= 0 {
		limit = c.interval(0)
	}
	args, env := c.command()
	r, _ := loop.Await(t, func() (checkResult, error) { return runCommand(limit, args, env), nil })
	return r
}

// runCommand waits for a command, and ends it when the time is over.
func runCommand(limit time.Duration, args, env []string) checkResult {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = env
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return failed(checkPROCTOUT, "")
	case err == nil:
		return checkResult{status: checkPROCOK, code: 0}
	case errors.As(err, &exit):
		return checkResult{status: checkPROCERR, code: exit.ExitCode()}
	}
	return unable(errorText(err))
}

// command is the command line and the environment of the check, as HAProxy's manual has them ("external-check command").
func (c *checker) command() (args, env []string) {
	s, p := c.server, c.server.b.conf
	proxyAddr, proxyPort := firstBind(p)
	addr, port := s.conf.Addr.Path, ""
	if ap := c.target().AddrPort(); ap.IsValid() {
		addr, port = ap.Addr().String(), strconv.Itoa(int(ap.Port()))
	}
	args = []string{p.ExternalCommand, orNotUsed(proxyAddr), orNotUsed(proxyPort), addr, orNotUsed(port)}
	proto := "tcp"
	if p.Mode == conf.ModeHTTP {
		proto = "h1"
	}
	if c.server.b.global.ExternalEnv {
		env = c.server.b.global.Environ()
	}
	for _, v := range []struct {
		name string
		val  any
	}{
		{"PATH", p.ExternalPath}, {"HAPROXY_PROXY_ADDR", proxyAddr}, {"HAPROXY_PROXY_PORT", proxyPort}, {"HAPROXY_PROXY_ID", p.ID},
		{"HAPROXY_PROXY_NAME", p.Name}, {"HAPROXY_SERVER_ADDR", addr}, {"HAPROXY_SERVER_PORT", port}, {"HAPROXY_SERVER_ID", s.id()},
		{"HAPROXY_SERVER_NAME", s.Name()}, {"HAPROXY_SERVER_MAXCONN", s.limit.Load()}, {"HAPROXY_SERVER_CURCONN", s.cur.Load()},
		{"HAPROXY_SERVER_SSL", 0}, {"HAPROXY_SERVER_PROTO", proto},
	} {
		env = append(env, fmt.Sprintf("%s=%v", v.name, v.val))
	}
	return args, env
}

// firstBind is the address of the section's first listener; empty in a backend section.
func firstBind(p *conf.Proxy) (addr, port string) {
	for _, b := range p.Binds {
		switch b.Addr.Kind {
		case conf.AddrTCP:
			host := b.Addr.Host
			if host == "" || host == "*" {
				host = netip.IPv4Unspecified().String()
			}
			return host, strconv.Itoa(b.Addr.Port)
		case conf.AddrUnix:
			return b.Addr.Path, ""
		}
	}
	return "", ""
}

func orNotUsed(s string) string {
	if s == "" {
		return "NOT_USED"
	}
	return s
}

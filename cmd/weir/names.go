package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"weir/backend"
	"weir/conf"
)

// namesTime bounds the look-up of all names when a configuration is checked.
const namesTime = 10 * time.Second

// unknownServer is a server whose address, or whose check's, is a name that nobody knows.
type unknownServer struct {
	s   *conf.Server
	err *conf.Error
}

// lookUpServers looks every name of a server up, side by side, and returns those that are not to be had, in their order.
func lookUpServers(cfg *conf.Config) []unknownServer {
	ctx, cancel := context.WithTimeout(context.Background(), namesTime)
	defer cancel()
	var all []unknownServer
	for _, p := range cfg.Proxies {
		if p.Disabled {
			continue
		}
		for _, s := range p.Servers {
			all = append(all, unknownServer{s: s, err: conf.Bad(s.Pos, fmt.Sprintf("backend %q: server %q", p.Name, s.Name), "")})
		}
	}
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i].lookUp(ctx, &cfg.Global) })
	}
	wg.Wait()
	var missing []unknownServer
	for _, u := range all {
		if u.err.Msg != "" {
			missing = append(missing, u)
		}
	}
	return missing
}

// lookUp notes in the error's text what is not to be had.
func (u *unknownServer) lookUp(ctx context.Context, g *conf.Global) {
	hosts := []string{u.s.Checks.Addr}
	if u.s.Addr.Kind == conf.AddrTCP {
		hosts = append(hosts, u.s.Addr.Host)
	}
	for _, host := range hosts {
		if text := lookUpHost(ctx, g, u.s.Addr, host); text != "" {
			u.err.Msg = text
		}
	}
}

// lookUpHost says why there is no address of that name in the family of addr, or else of g; "" = there is one.
func lookUpHost(ctx context.Context, g *conf.Global, addr conf.Addr, host string) string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || host == "*" {
		return ""
	}
	if _, text := backend.LookUpHost(ctx, g, &addr, host); text != "" {
		return fmt.Sprintf("address %q: %s", host, text)
	}
	return ""
}

// unknownBinds are the errors of the names that are to be listened on.
func unknownBinds(cfg *conf.Config) conf.Errors {
	ctx, cancel := context.WithTimeout(context.Background(), namesTime)
	defer cancel()
	var errs conf.Errors
	for _, p := range cfg.Proxies {
		for _, b := range p.Binds {
			if p.Disabled || b.Addr.Kind != conf.AddrTCP {
				continue
			}
			if text := lookUpHost(ctx, nil, b.Addr, b.Addr.Host); text != "" {
				errs = append(errs, conf.Bad(b.Pos, p.Title()+": bind", "%s", text))
			}
		}
	}
	return errs
}

// unknownLogs are the errors of the names of log servers.
func unknownLogs(cfg *conf.Config) conf.Errors {
	ctx, cancel := context.WithTimeout(context.Background(), namesTime)
	defer cancel()
	var errs conf.Errors
	seen := map[conf.Addr]string{}
	check := func(path string, logs []*conf.LogTarget) {
		for _, l := range logs {
			if l.Addr.Kind != conf.AddrTCP {
				continue
			}
			text, known := seen[l.Addr]
			if !known {
				text = lookUpHost(ctx, nil, l.Addr, l.Addr.Host)
				seen[l.Addr] = text
			}
			if text != "" {
				errs = append(errs, conf.Bad(l.Pos, path+": log", "%s", text))
			}
		}
	}
	check("global", cfg.Global.Logs)
	for _, p := range cfg.Proxies {
		if !p.Disabled {
			check(p.Title(), p.Logs)
		}
	}
	return errs
}

// unknownCheckHosts are the errors of the names that rules of health checks connect to.
func unknownCheckHosts(cfg *conf.Config) conf.Errors {
	ctx, cancel := context.WithTimeout(context.Background(), namesTime)
	defer cancel()
	var errs conf.Errors
	for _, p := range cfg.Proxies {
		if p.Disabled || !slices.ContainsFunc(p.Servers, func(s *conf.Server) bool { return s.Check }) {
			continue
		}
		for _, r := range p.CheckRules() {
			a, ok := r.Action.(*conf.CheckConnect)
			if !ok || a.Addr == "" {
				continue
			}
			addr, err := conf.ParseAddr(a.Addr)
			if err != nil || addr.Kind != conf.AddrTCP {
				continue
			}
			if text := lookUpHost(ctx, &cfg.Global, addr, addr.Host); text != "" {
				errs = append(errs, conf.Bad(r.Pos, p.Title()+": check: connect", "%s", text))
			}
		}
	}
	return errs
}

// unknownNames are the errors of names, for a configuration that has other errors too. Of a server with one of those its name is
// none of the trouble: it may be for "resolvers" to look up.
func unknownNames(cfg *conf.Config, known conf.Errors) conf.Errors {
	var errs conf.Errors
	for _, u := range lookUpServers(cfg) {
		if !slices.ContainsFunc(known, func(e *conf.Error) bool { return strings.HasPrefix(e.Path, u.err.Path) }) {
			errs = append(errs, u.err)
		}
	}
	return errs
}

// noAddress is where a server without an address would be.
const noAddress = "0.0.0.0"

// disableUnknown puts the servers without an address into maintenance, and warns of each.
func disableUnknown(cfg *conf.Config) conf.Errors {
	var warnings conf.Errors
	for _, u := range lookUpServers(cfg) {
		u.err.Msg += ", disabling server"
		u.s.Disabled, u.s.Addr.Host, u.s.Checks.Addr = true, noAddress, ""
		warnings = append(warnings, u.err)
	}
	return warnings
}

package main

import (
	"os"

	"weir/conf"
	"weir/stats"
)

// checkStates warns of files of server states that cannot be read, as HAProxy does: the servers then begin as their lines say.
func checkStates(cfg *conf.Config) conf.Diagnostics {
	var diags conf.Diagnostics
	g := &cfg.Global.Process
	look := func(pos conf.Pos, path, file string) {
		if file == "" {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			diags.Warn(conf.Bad(pos, path, "%q cannot be read: %s; servers begin as their lines say", file, plainCause(err)))
			return
		}
		if _, err := stats.ParseServersState(string(text)); err != nil {
			diags.Warn(conf.Bad(pos, path, "%q has errors: %s", file, err))
		}
	}
	look(orPos(g.StatePos, cfg.Global.Pos), "global: "+keyword(g.StatePos, "server-state-file"), g.GlobalStates())
	for _, p := range cfg.Proxies {
		if p.Disabled || len(p.Servers) == 0 {
			continue
		}
		pos := orPos(p.StatePos, p.Pos)
		path := p.Title() + ": " + keyword(pos, "load-server-state-from-file")
		switch {
		case p.LoadState == "global" && g.StateFile == "":
			e := conf.Bad(pos, path, "\"global\" means the file of the global section, which names none")
			e.Fix = "set " + keyword(pos, "server-state-file") + " there"
			diags.Warn(e)
		case p.LoadState == "local":
			look(pos, path, g.StatesOf(p))
		}
	}
	return diags
}

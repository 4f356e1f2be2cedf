package frontend

import (
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"weir/conf"
	"weir/stats"
)

// loadStates brings back what files tell of the servers ("load-server-state-from-file"). A file that is not there, or a line of it that is wrong,
// is told and costs nothing else, as in HAProxy: the servers then begin as their lines say.
func (px *Proxy) loadStates() {
	read := map[string][]stats.ServerStateRow{}
	for _, b := range px.backends {
		path := statePath(&px.cfg.Global.Process, b.Conf())
		if path == "" {
			continue
		}
		rows, known := read[path]
		if !known {
			rows = px.readStates(path)
			read[path] = rows
		}
		b.Restore(rows)
	}
}

// statePath is the file that the backend's states are in; "" = none.
func statePath(g *conf.Process, p *conf.Proxy) string {
	name := ""
	switch p.LoadState {
	case "global":
		name = g.StateFile
	case "local":
		if name = p.StateName; name == "" {
			name = p.Name
		}
	}
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(g.StateBase, name)
}

func (px *Proxy) readStates(path string) []stats.ServerStateRow {
	text, err := os.ReadFile(path)
	if err != nil {
		px.log.Warn("the file of server states cannot be read", zap.Error(err))
		return nil
	}
	rows, err := stats.ParseServersState(string(text))
	if err != nil {
		px.log.Warn("the file of server states has errors", zap.String("file", path), zap.Error(err))
	}
	return rows
}

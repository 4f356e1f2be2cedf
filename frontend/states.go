package frontend

import (
	"os"

	"go.uber.org/zap"

	"weir/stats"
)

// loadStates brings back what files tell of the servers ("load-server-state-from-file"). A file that is not there, or a line of it that is wrong,
// is told and costs nothing else, as in HAProxy: the servers then begin as their lines say.
func (px *Proxy) loadStates() {
	read := map[string][]stats.ServerStateRow{}
	for _, b := range px.backends {
		path := px.cfg.Global.Process.StatesOf(b.Conf())
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

func (px *Proxy) readStates(path string) []stats.ServerStateRow {
	text, err := os.ReadFile(path)
	if err != nil { // whoever read the configuration has told
		px.log.Debug("the file of server states cannot be read", zap.Error(err))
		return nil
	}
	rows, err := stats.ParseServersState(string(text))
	if err != nil {
		px.log.Debug("the file of server states has errors", zap.String("file", path), zap.Error(err))
	}
	return rows
}

package example

import (
	"encoding/json"
	"net/http"
	"sync"
)

// demo is the two servers and what they answer. Either answers for both, so that the page can start the one that is stopped.
type demo struct {
	mu      sync.Mutex // one start or stop at a time
	servers [2]*server
}

// state is one server as the page shows it.
type state struct {
	Name     string `json:"name"`
	Addr     string `json:"addr"`
	Up       bool   `json:"up"`
	Sockets  int64  `json:"sockets"`
	Requests int64  `json:"requests"`
}

func newDemo() *demo {
	d := new(demo)
	for i, name := range []string{"websrv1", "websrv2"} {
		s := &server{name: name}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{$}", servePage)
		mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
		mux.HandleFunc("/whoami", s.whoami)
		mux.HandleFunc("GET /ws", s.echo)
		mux.HandleFunc("GET /demo/servers", d.list)
		mux.HandleFunc("POST /demo/servers/{name}/{action}", d.act)
		s.handler = mux
		d.servers[i] = s
	}
	return d
}

func servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(page)
}

func (d *demo) list(w http.ResponseWriter, _ *http.Request) {
	var all []state
	for _, s := range d.servers {
		all = append(all, s.state())
	}
	writeJSON(w, all)
}

// act stops or starts a server. The last one is not stopped: nobody would be left to start the other.
func (d *demo) act(w http.ResponseWriter, r *http.Request) {
	// A form on some other site cannot send this field, so it cannot press the page's buttons.
	if r.Header.Get("X-Weir-Example") == "" {
		http.Error(w, "send X-Weir-Example: 1", http.StatusForbidden)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range d.servers {
		if s.name != r.PathValue("name") {
			continue
		}
		other := d.servers[1-i]
		switch {
		case r.PathValue("action") == "start":
			if err := s.restart(); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		case r.PathValue("action") != "stop":
			http.Error(w, "want start or stop", http.StatusNotFound)
			return
		case !other.state().Up:
			http.Error(w, "the other server is stopped already", http.StatusConflict)
			return
		default:
			// This very request may come through the server that stops: answer before it does.
			writeJSON(w, s.state())
			go s.stop()
			return
		}
		writeJSON(w, s.state())
		return
	}
	http.NotFound(w, r)
}

func (d *demo) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.servers {
		s.stop()
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

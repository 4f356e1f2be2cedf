package main

import (
	"embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed *.tmpl
var templates embed.FS

// subject is one proxy under test.
type subject struct {
	name string
	http string // address of the HTTP listener
	tcp  string // address of the TCP listener
	proc *process
}

// The cores: the proxy alone on one, load and origin on the other.
const (
	loadCore  = 0
	proxyCore = 1
)

// kinds are the proxies that bench knows: first port, template, command.
var kinds = map[string]struct {
	port     int
	template string
	command  []string
}{
	"weir":    {18600, "weir.hcl.tmpl", []string{"weir", "run", "-c"}},
	"haproxy": {18100, "haproxy.cfg.tmpl", []string{"haproxy", "-db", "-f"}},
	"nginx":   {18300, "nginx.conf.tmpl", []string{"nginx", "-c"}},
}

// buildWeir builds cmd/weir unless a binary was named or nobody asked for it.
func (o *options) buildWeir() error {
	if o.weir != "" {
		return nil
	}
	o.weir = filepath.Join(o.dir, "weir")
	args := []string{"build", "-trimpath", "-o", o.weir}
	if _, err := os.Stat(profilePath); err == nil { // as "make build" does
		args = append(args, "-pgo", profilePath)
	}
	out, err := exec.Command("go", append(args, "weir/cmd/weir")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build weir/cmd/weir: %w\n%s", err, out)
	}
	return nil
}

// startSubject starts a proxy with its template; it returns nil when it is not installed.
func startSubject(o *options, name string) (*subject, error) {
	if name == "floor" {
		return startFloor()
	}
	k, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("subject %q; want weir, haproxy, nginx or floor", name)
	}
	text, err := templates.ReadFile(k.template)
	if err != nil {
		return nil, err
	}
	return startWith(o, name, string(text))
}

// startWith starts a proxy with a configuration whose @PLACES@ are still open.
func startWith(o *options, name, text string) (*subject, error) {
	return startFile(o, name, name+"-"+strings.TrimSuffix(kinds[name].template, ".tmpl"), text)
}

// startFile is startWith under a file name, whose ending tells Weir the language.
func startFile(o *options, name, file, text string) (*subject, error) {
	k := kinds[name]
	command := append([]string{}, k.command...)
	if name == "weir" {
		command[0] = o.weir
		if o.profile != "" {
			command = slices.Insert(command, 2, "--cpu-profile", o.profile)
		}
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		return nil, nil
	}
	p1, p4 := k.port+1, k.port+4
	if o.port != nil {
		p1, p4 = o.port(), o.port()
	}
	s := &subject{name: name, http: fmt.Sprintf("127.0.0.1:%d", p1), tcp: fmt.Sprintf("127.0.0.1:%d", p4)}
	text = strings.NewReplacer("@P1@", fmt.Sprint(p1), "@P4@", fmt.Sprint(p4), "@RUN@", o.dir, "@NAME@", name, "@STREAM_MODULE@", streamModule(), "127.0.0.1:900", originBase, "127.0.0.1:901", attackedBase).Replace(text)
	conf := filepath.Join(o.dir, file)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	var err error
	if s.proc, err = startPinned(proxyCore, append(command, conf)...); err != nil {
		return nil, err
	}
	if err := s.proc.listening(s.http); err != nil {
		s.proc.stop()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// streamModule returns the line that loads nginx's stream module where it is a file of its own.
func streamModule() string {
	const path = "/usr/lib/nginx/modules/ngx_stream_module.so"
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "load_module " + path + ";"
}

// listening waits until an address takes connections.
func (p *process) listening(addr string) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		// Somebody else may listen there: then our process has just ended.
		select {
		case <-p.done:
			return fmt.Errorf("ended at start:\n%s", p.out.String())
		case <-time.After(100 * time.Millisecond):
		}
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// runScript runs a script through one kind of proxy in an empty directory. Everything it started has ended when it returns.
func runScript(s *script, kind, dir, id string) (err error) {
	r := &run{
		kind: kind, at: newPlaces(dir, id), procs: map[string]*proc{}, current: "main",
		origins: map[string]*origin{}, gates: map[string]chan struct{}{}, failed: make(chan error, 1),
	}
	r.at.texts["prelude"], r.at.texts["simple"] = prelude(kind)
	defer func() { err = errors.Join(err, r.end()) }()
	if err := r.prepare(s); err != nil {
		return err
	}
	if err := r.startProxies(s); err != nil {
		return err
	}
	for _, sec := range s.sections {
		if sec.kind != "client" && sec.kind != "check" {
			continue
		}
		if err := r.play(sec); err != nil {
			return errors.Join(err, r.background(), r.told())
		}
	}
	return r.finish()
}

// prepare writes the files and starts the origins.
func (r *run) prepare(s *script) error {
	for _, sec := range s.sections {
		switch sec.kind {
		case "file":
			text := r.at.expand(sec.text)
			if len(sec.args) > 1 && sec.args[1] == "crlf" {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			if err := os.WriteFile(filepath.Join(r.at.dir, sec.args[0]), []byte(text), 0o644); err != nil {
				return err
			}
		case "server":
			o, err := newOrigin(r, sec)
			if err != nil {
				return err
			}
			r.origins[o.name] = o
		}
	}
	return nil
}

var (
	bindPort = regexp.MustCompile(`(?m)^.*\bbind\s+"?[^\s"]*:(\d+)`)
	bindUnix = regexp.MustCompile(`(?m)^.*\bbind\s+"?(unix|abnsz?)@([^\s"]+)`)
)

func (r *run) startProxies(s *script) error {
	for _, sec := range s.sections {
		if sec.kind != r.kind {
			continue
		}
		name, file := "main", "weir.hcl"
		if len(sec.args) > 0 {
			name = sec.args[0]
			file = name + ".hcl"
		}
		if r.kind == "haproxy" {
			file = strings.TrimSuffix(file, ".hcl") + ".cfg"
		}
		text := r.at.expand(sec.text)
		path := filepath.Join(r.at.dir, file)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
		p, err := startProc(r.kind, path)
		if err != nil {
			return err
		}
		r.procs[name] = p
		if err := p.ready(listeners(text)); err != nil {
			return err
		}
	}
	return nil
}

// listeners finds the ports and unix sockets that a configuration binds.
func listeners(text string) (ports []int, sockets []string) {
	for _, m := range bindPort.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		ports = append(ports, n)
	}
	for _, m := range bindUnix.FindAllStringSubmatch(text, -1) {
		if m[1] != "unix" {
			m[2] = "@" + m[2]
		}
		sockets = append(sockets, m[2])
	}
	return ports, sockets
}

// play runs a client or check section.
func (r *run) play(sec *section) error {
	stmts, err := parseStmts(r.at.expand(sec.text), sec.line)
	if err != nil {
		return err
	}
	a := &actor{run: r, name: sec.kind}
	args := sec.args
	behind := len(args) > 0 && args[len(args)-1] == "&"
	if behind {
		args = args[:len(args)-1]
	}
	if len(args) > 0 {
		a.name = args[0]
	}
	if !behind {
		defer a.closeConn()
		return a.exec(stmts)
	}
	r.clients.Add(1)
	go func() {
		defer r.clients.Done()
		defer a.closeConn()
		if err := a.exec(stmts); err != nil {
			r.fail(err)
		}
	}()
	return nil
}

// background returns what a background actor has failed with so far.
func (r *run) background() error {
	select {
	case err := <-r.failed:
		return err
	default:
		return nil
	}
}

// told adds what the proxy printed to a failure.
func (r *run) told() error {
	p := r.procs["main"]
	if p == nil {
		return nil
	}
	return fmt.Errorf("%s printed:\n%s%s", r.kind, clipText(p.stdout.String()), clipText(p.stderr.String()))
}

// finish waits for the clients behind and the scripted connections of the origins, and reports what failed there.
func (r *run) finish() error {
	r.clients.Wait()
	err := eventually(patience, func() error {
		for _, o := range r.origins {
			if n := o.missing(); n > 0 {
				return fmt.Errorf("server %s: %d scripted connections never came", o.name, n)
			}
		}
		return nil
	})
	if err = errors.Join(err, r.background()); err != nil {
		return errors.Join(err, r.told())
	}
	return nil
}

// end stops everything.
func (r *run) end() (err error) {
	r.over.Store(true)
	for _, p := range r.procs {
		err = errors.Join(err, p.kill())
	}
	for _, o := range r.origins {
		o.down()
	}
	for _, f := range r.cleanup {
		f()
	}
	r.wg.Wait()
	r.at.release()
	return errors.Join(err, r.background())
}

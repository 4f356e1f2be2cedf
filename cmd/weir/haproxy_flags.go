package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"weir/conf"
)

// hapFlags is HAProxy's command line, understood.
type hapFlags struct {
	files   []string // of -f and --, directories opened
	given   []string // ... as given
	named   bool     // a -f or -- was there, though a directory may have been empty
	dir     string   // -C
	pidfile string   // -p
	peer    string   // -L
	cond    *string  // -cc
	dump    []string // -dK: classes
	version int      // 1 = -v, 2 = -vv
	short   bool     // -vq: the number alone

	check, quiet, verbose, debug     bool
	daemon, foreground               bool
	worker, systemd                  bool
	ignoreNames, zeroWarn, diag      bool
	noVerify, noSplice, mayFork      bool // -dV, -dS, -dI
	noReusePort                      bool // -dR
	maxconn, proxyMaxconn, megabytes int
	finish, terminate                []int // -sf, -st: process ids
	objects, poisonHelp              bool  // -dL, -dMhelp
	inert                            []string
	masterSockets                    []string
	oldSocket                        string // -x
}

// errUsage asks for the usage text: the line was not understood at all.
var errUsage = errors.New("usage")

// hapInert are the switches that choose between ways of doing what Weir does in one way; each is accepted and told with -V.
var hapInert = map[string]string{
	"dp": "there is no poll poller", "dk": "there is no kqueue poller",
	"de": "epoll is the only poller", "dG": "names are looked up by Go's own resolver",
	"dt": "there are no traces", "dZ": "bytes are only copied where they must be",
	"dF": "fast-forwarding is no choice",
}

// hapArgs walks the words of the line.
type hapArgs struct {
	words []string
	flag  string // the one being read, without its dash
}

func (a *hapArgs) next() (string, bool) {
	if len(a.words) == 0 {
		return "", false
	}
	w := a.words[0]
	a.words = a.words[1:]
	return w, true
}

// value is the word after a flag.
func (a *hapArgs) value() (string, error) {
	w, ok := a.next()
	if !ok {
		return "", fmt.Errorf("-%s: a value is missing", a.flag)
	}
	return w, nil
}

func (a *hapArgs) number(into *int) error {
	w, err := a.value()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(w)
	if err != nil || n < 0 {
		return fmt.Errorf("-%s: got %q; want a number", a.flag, w)
	}
	*into = n
	return nil
}

// pids reads numbers up to the next word that is a flag; there may be none.
func (a *hapArgs) pids(into *[]int) error {
	for len(a.words) > 0 && !strings.HasPrefix(a.words[0], "-") {
		w, _ := a.next()
		for _, one := range strings.Fields(w) {
			n, err := strconv.Atoi(one)
			if err != nil || n <= 0 {
				return fmt.Errorf("-%s: got %q; want process ids", a.flag, one)
			}
			*into = append(*into, n)
		}
	}
	return nil
}

// parseHaproxy reads HAProxy's command line. errUsage means that the usage is all there is to say.
func parseHaproxy(args []string) (*hapFlags, error) {
	f := new(hapFlags)
	a := &hapArgs{words: args}
	for {
		w, ok := a.next()
		if !ok {
			return f, nil
		}
		if len(w) < 2 || w[0] != '-' {
			return f, errUsage
		}
		a.flag = w[1:]
		if err := f.one(a); err != nil {
			return f, err
		}
	}
}

// one reads one flag with its values.
func (f *hapFlags) one(a *hapArgs) (err error) {
	if f.toggle(a.flag) {
		return nil
	}
	switch a.flag {
	case "-":
		return f.rest(a)
	case "f":
		return f.file(a)
	case "C":
		f.dir, err = a.value()
	case "p":
		f.pidfile, err = a.value()
	case "L":
		f.peer, err = a.value()
	case "x":
		f.oldSocket, err = a.value()
	case "S":
		var s string
		s, err = a.value()
		f.masterSockets = append(f.masterSockets, s)
	case "cc":
		var s string
		if s, err = a.value(); err != nil {
			return errUsage
		}
		f.cond = &s
	case "n":
		return a.number(&f.maxconn)
	case "N":
		return a.number(&f.proxyMaxconn)
	case "m":
		return a.number(&f.megabytes)
	case "sf":
		return a.pids(&f.finish)
	case "st":
		return a.pids(&f.terminate)
	default:
		return f.debugSwitch(a.flag)
	}
	return err
}

// toggle sets the flags that take no value.
func (f *hapFlags) toggle(name string) bool {
	switch name {
	case "v":
		f.version = 1
	case "vv":
		f.version = 2
	case "vq", "vqs", "vqb":
		f.version, f.short = 1, true
	case "c":
		f.check = true
	case "q":
		f.quiet = true
	case "V":
		f.verbose = true
	case "D":
		f.daemon = true
	case "d":
		f.debug = true
	case "db":
		f.foreground = true
	case "W":
		f.worker = true
	case "Ws":
		f.worker, f.systemd = true, true
	case "dr":
		f.ignoreNames = true
	case "dV":
		f.noVerify = true
	case "dS":
		f.noSplice = true
	case "dR":
		f.noReusePort = true
	case "dI":
		f.mayFork = true
	case "dL":
		f.objects = true
	case "dD":
		f.diag = true
	case "dW":
		f.zeroWarn = true
	default:
		return false
	}
	return true
}

// debugSwitch reads the -d... flags whose value is part of the word.
func (f *hapFlags) debugSwitch(name string) error {
	switch {
	case strings.HasPrefix(name, "dK"):
		f.dump = strings.Split(name[2:], ",")
	case strings.HasPrefix(name, "dM"):
		return f.poison(name[2:])
	case strings.HasPrefix(name, "dC"):
		return errors.New("-dC: the dump of the configuration is not done yet; \"weir convert\" writes it in Weir's own language")
	case hapInert[name] != "":
		f.inert = append(f.inert, "-"+name+": "+hapInert[name])
	case strings.HasPrefix(name, "dt"):
		f.inert = append(f.inert, "-dt: "+hapInert["dt"])
	default:
		return errUsage
	}
	return nil
}

func (f *hapFlags) rest(a *hapArgs) error {
	for {
		w, ok := a.next()
		if !ok {
			return nil
		}
		if err := f.add(w); err != nil {
			return err
		}
	}
}

func (f *hapFlags) file(a *hapArgs) error {
	w, err := a.value()
	if err != nil {
		return err
	}
	return f.add(w)
}

// add takes a file, or the configurations in a directory in the order of their names: what ends in .cfg (or .hcl) and is not hidden.
// The path is relative to -C, which HAProxy enters before it reads.
func (f *hapFlags) add(path string) error {
	f.named = true
	f.given = append(f.given, path)
	at := path
	if f.dir != "" {
		if st, err := os.Stat(f.dir); err != nil || !st.IsDir() {
			f.files = append(f.files, path) // the change to it fails, which is said then
			return nil
		}
		if !filepath.IsAbs(path) {
			at = filepath.Join(f.dir, path)
		}
	}
	st, err := os.Stat(at)
	if err != nil {
		return fmt.Errorf("config : Cannot open configuration file/directory %s : %s", path, plainCause(err))
	}
	if !st.IsDir() {
		f.files = append(f.files, path)
		return nil
	}
	list, err := os.ReadDir(at) // sorted
	if err != nil {
		return fmt.Errorf("config : Cannot open configuration file/directory %s : %s", path, plainCause(err))
	}
	for _, e := range list {
		name := e.Name()
		if ext := filepath.Ext(name); e.IsDir() || name[0] == '.' || ext != ".cfg" && ext != ".hcl" {
			continue
		}
		f.files = append(f.files, filepath.Join(path, name))
	}
	return nil
}

// global puts into the global section what has to be known before the rest is checked.
func (f *hapFlags) global(cfg *conf.Config) {
	if f.noVerify && cfg.Global.TLS.ServerVerify == "" { // what the configuration says counts, as in HAProxy
		cfg.Global.TLS.ServerVerify = "none"
	}
	cfg.Global.ForkWanted = cfg.Global.ForkWanted || f.mayFork
	cfg.Global.Tune.NoReusePort = cfg.Global.Tune.NoReusePort || f.noReusePort
	cfg.Global.Tune.NoSplice = cfg.Global.Tune.NoSplice || f.noSplice
}

// apply puts what the line says in the place of what the configuration says.
func (f *hapFlags) apply(cfg *conf.Config) {
	g := &cfg.Global
	if f.maxconn > 0 {
		g.Maxconn = f.maxconn
	}
	if f.pidfile != "" {
		g.PidFile = f.pidfile
	}
	g.MasterWorker = g.MasterWorker || f.worker
	g.Daemon = (g.Daemon || f.daemon) && !f.foreground && !f.debug
	for _, p := range cfg.Proxies {
		if p.Maxconn == 0 && f.proxyMaxconn > 0 && p.Kind&conf.Frontend != 0 {
			p.Maxconn = f.proxyMaxconn
		}
	}
}

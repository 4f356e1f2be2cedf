package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"go.uber.org/zap/zapcore"

	"weir/conf"
)

// exitNoListener is what "haproxy -c" ends with for a configuration that is right and would listen to nothing.
const exitNoListener = 2

// exitCondError is for a condition of -cc that cannot be read.
const exitCondError = 2

func haproxyCommand() *command {
	return &command{
		name: "haproxy", run: haproxyMain, args: "HAPROXY'S FLAGS...", summary: "be HAProxy: its command line, signals, messages and exit codes",
		help: `
` + hapUsage + `
A link to this program that is called "haproxy" is the same without the word, so that service files and scripts need no change:

  ln -s /usr/bin/weir /usr/local/sbin/haproxy
  haproxy -c -f /etc/haproxy/haproxy.cfg
  haproxy -D -p /run/haproxy.pid -f /etc/haproxy/haproxy.cfg -sf $(cat /run/haproxy.pid)

SIGUSR1 finishes what is open, SIGTERM and SIGINT end at once. With -W or -Ws, SIGUSR2, SIGHUP and "reload" on the socket of -S take the
configuration over anew, in the same process. Without them SIGHUP lists the servers' states. "weir run" has Weir's own command line.`,
	}
}

// hapProcess is one run of HAProxy's command line.
type hapProcess struct {
	s    *streams
	f    *hapFlags
	msg  *hapMessages
	args []string     // as given, for the daemon to be given again
	said bytes.Buffer // about the configuration
	from string       // the directory before -C
}

func haproxyMain(s *streams, args []string) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		haproxyCommand().describe(s.out)
		if args[0] == "-h" { // which HAProxy does not know: it shows its usage and fails
			return exitFail
		}
		return exitOK
	}
	f, err := parseHaproxy(args)
	p := &hapProcess{s: s, f: f, args: args}
	p.msg = &hapMessages{w: io.MultiWriter(s.err, &p.said), quiet: f.quiet && !f.verbose}
	if errors.Is(err, errUsage) {
		return p.usage()
	}
	if err != nil {
		p.msg.quiet = false
		p.msg.alert("%s", err)
		return exitFail
	}
	switch {
	case f.poisonHelp:
		io.WriteString(s.out, hapPoisonUsage)
		return exitOK
	case f.version > 0:
		printHapVersion(s.out, f)
		return exitOK
	case f.cond != nil:
		return p.condition()
	case len(f.files) == 0:
		return p.usage()
	}
	return p.load()
}

// usage is HAProxy's: the version to stdout, the text to stderr, and the code of a failure.
func (p *hapProcess) usage() int {
	printHapVersion(p.s.out, new(hapFlags))
	printHapUsage(p.s.err)
	return exitFail
}

// load reads the configuration and goes on to what the line asks for.
func (p *hapProcess) load() int {
	f := p.f
	if p.from, _ = os.Getwd(); f.dir != "" {
		if err := os.Chdir(f.dir); err != nil {
			p.msg.alert("Could not change to directory %s : %s", f.dir, plainCause(err))
			return exitFail
		}
	}
	if f.peer != "" {
		os.Setenv("HAPROXY_LOCALPEER", f.peer)
	}
	if inDaemon() { // the parent has told them
		p.msg.begun = true
	}
	cfg, diags := loadWith(f.files, p.loadOptions())
	f.apply(cfg)
	p.foreign(cfg, &diags)
	if !f.check {
		addUnbindable(cfg, &diags, true)
	}
	if inDaemon() {
		diags.Warnings, diags.Notices, diags.Diags = nil, nil, nil
	}
	if !f.diag {
		diags.Diags = nil
	}
	if !p.msg.config(diags) {
		return exitFail
	}
	if f.zeroWarn && p.msg.warned {
		p.msg.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
		return exitFail
	}
	if f.objects {
		printObjects(p.s.out)
	}
	if f.dump != nil {
		dumpKeywords(p.s.out, f.dump)
	}
	if f.check {
		return p.checked(cfg)
	}
	return p.start(cfg)
}

func (p *hapProcess) loadOptions() loadOptions {
	return loadOptions{ignoreNames: p.f.ignoreNames, noListener: true, tag: "haproxy", before: p.f.global}
}

// foreign adds what the command line says of sockets. There is one process: the master's socket is one more stats socket, which takes the
// prefixes that name a process. -x asks an old process for its sockets, which with -sf both have anyway.
func (p *hapProcess) foreign(cfg *conf.Config, diags *conf.Diagnostics) {
	if len(p.f.masterSockets) > 0 && !cfg.Global.MasterWorker {
		diags.Warn(conf.Bad(conf.Pos{}, "", "a master CLI socket was defined, but master-worker mode (-W) is not enabled."))
		return
	}
	for _, text := range p.f.masterSockets {
		if s, err := masterSocket(text); err != nil {
			diags.Add(err)
		} else {
			cfg.Global.StatsSockets = append(cfg.Global.StatsSockets, s)
		}
	}
}

// checked is the end of -c.
func (p *hapProcess) checked(cfg *conf.Config) int {
	tell := func(text string) {
		if !p.msg.quiet {
			fmt.Fprintln(p.s.out, text)
		}
	}
	if !listens(cfg) {
		tell("Configuration file has no error but will not start (no listener) => exit(2).")
		return exitNoListener
	}
	if p.msg.warned {
		tell("Warnings were found.")
	}
	tell("Configuration file is valid")
	return exitOK
}

// start runs the configuration, here or in a process of its own.
func (p *hapProcess) start(cfg *conf.Config) int {
	if !listens(cfg) {
		p.msg.alert("[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
		return exitFail
	}
	if p.f.verbose && !inDaemon() {
		for _, text := range p.f.inert {
			p.msg.say("NOTICE", "no effect: %s", text)
		}
	}
	if cfg.Global.Daemon && !inDaemon() {
		return p.daemonise()
	}
	if p.f.megabytes > 0 {
		debug.SetMemoryLimit(int64(p.f.megabytes) << 20)
	}
	return p.serve(cfg)
}

func (p *hapProcess) serve(cfg *conf.Config) int {
	p.msg.w = p.s.err // the rest is not about the configuration
	level := zapcore.WarnLevel
	if p.f.debug || p.f.verbose {
		level = zapcore.DebugLevel
	}
	if !cfg.Global.Daemon && !cfg.Global.MasterWorker {
		cfg.Global.PidFile = "" // HAProxy writes none in the foreground
	}
	sigs := make(chan os.Signal, 8)
	signal.Notify(sigs, hapSignals...)
	defer signal.Stop(sigs)
	signal.Ignore(syscall.SIGPIPE)
	r := &runtimeOptions{cfg: cfg, log: p.msg.zap(level), sigs: sigs, haproxy: true, ready: func() { p.ready(cfg) }, startup: p.said.String(), words: hapWords}
	if cfg.Global.MasterWorker {
		r.reporter, r.read = p.reporter, p.read
	}
	err := serve(r)
	var by stoppedBy
	switch {
	case errors.As(err, &by):
		return by.end(cfg.Global.MasterWorker)
	case err != nil:
		p.failed(err)
		return exitFail
	}
	return exitOK
}

// failed tells why nothing was started, one alert for each cause.
func (p *hapProcess) failed(err error) {
	var pid *pidFileError
	if errors.As(err, &pid) {
		p.msg.alert("[haproxy.main()] Cannot create pidfile %s : %s", pid.path, plainCause(pid.cause))
		return
	}
	for _, e := range flatten(err) {
		p.msg.alert("%s", e)
	}
	p.msg.alert("[haproxy.main()] Some protocols failed to start their listeners! Exiting.")
}

// ready comes when everything is bound: the old processes may go, and whoever waits is told.
func (p *hapProcess) ready(cfg *conf.Config) {
	signalAll(p.f.finish, syscall.SIGUSR1)
	signalAll(p.f.terminate, syscall.SIGTERM)
	if cfg.Global.MasterWorker && !inDaemon() {
		p.msg.say("NOTICE", "Loading success.")
	}
	daemonReady()
}

// signalAll sends a signal to processes that may be gone already.
func signalAll(pids []int, sig syscall.Signal) {
	for _, pid := range pids {
		if pid != os.Getpid() {
			syscall.Kill(pid, sig)
		}
	}
}

// calledHaproxy reports whether the program was started by HAProxy's name.
func calledHaproxy(argv0 string) bool { return filepath.Base(argv0) == "haproxy" }

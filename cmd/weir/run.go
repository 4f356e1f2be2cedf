package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"go.uber.org/zap"

	"weir/cmd/weir/example"
	"weir/conf"
)

// flushTime is how long the last log lines may take when the process ends.
const flushTime = 2 * time.Second

func runCommand() *command {
	return &command{
		name: "run", run: run, args: "[-c FILE]... [flags]", summary: "run a configuration, or the built-in example",
		help: `
  -c FILE              a configuration: weir.hcl or an haproxy.cfg, or a folder whose *.hcl files, or whose *.cfg files, are one.
                       Several -c are read in their order as one configuration. Without any, an example runs
  -q                   no warnings and no notes, errors only
  -d                   debug messages: the same as --log-level debug
  --log-level LEVEL    of Weir's own messages: debug, info (the default), warn or error
  --log-format FORMAT  of Weir's own messages: console (the default) or json
  --foreground         stay in the foreground whatever "daemon" says
  --check              check the configuration and stop, as "weir check -q" does
  --cpu-profile FILE   write where the CPU time goes, for "go tool pprof", until the process ends

Access lines go where the configuration's "log" says. SIGUSR1 and SIGTERM stop gracefully: no new connections, open ones end by
themselves or by hard_stop_after. A second SIGTERM, or SIGINT at any time, stops at once. SIGHUP and SIGUSR2, or "reload" on a stats
socket, read the configuration again: a good one is taken over without a connection lost, one with errors changes nothing.

examples:
  weir run                          the built-in example
  weir run -c /etc/weir/weir.hcl
  weir run -c base.hcl -c sites/ --log-format json`,
	}
}

type runFlags struct {
	paths         files
	quiet, check  bool
	foreground    bool
	format, level string
	profile       string
}

func parseRun(s *streams, args []string) (*runFlags, int, bool) {
	f := new(runFlags)
	set := flag.NewFlagSet("run", flag.ContinueOnError)
	set.Var(&f.paths, "c", "")
	set.BoolVar(&f.quiet, "q", false, "")
	debug := set.Bool("d", false, "")
	set.BoolVar(&f.check, "check", false, "")
	set.BoolVar(&f.foreground, "foreground", false, "")
	set.StringVar(&f.level, "log-level", "info", "")
	set.StringVar(&f.profile, "cpu-profile", "", "")
	set.StringVar(&f.format, "log-format", "console", "")
	code, ok := parse(s, runCommand(), set, args)
	if *debug {
		f.level = "debug"
	}
	if f.quiet {
		f.level = "error"
	}
	return f, code, ok
}

func run(s *streams, args []string) int {
	f, code, ok := parseRun(s, args)
	if !ok {
		return code
	}
	log, err := newLog(s.err, f.format, f.level)
	if err != nil {
		return fail(s, err)
	}
	stopProfile, err := startProfile(f.profile)
	if err != nil {
		return fail(s, err)
	}
	defer stopProfile()
	sigs := make(chan os.Signal, 8)
	signal.Notify(sigs, syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	defer signal.Stop(sigs)
	signal.Ignore(syscall.SIGPIPE) // a log reader that goes away must not end the proxy

	var ex *example.Example
	if len(f.paths) == 0 && !f.check {
		if ex, err = example.Start(""); err != nil {
			return fail(s, fmt.Errorf("the example: %w", err))
		}
		defer ex.Close()
		f.paths = files{ex.Config}
	}
	if f.check {
		return check(s, checkArgs(f.paths))
	}
	cfg, diags := load(f.paths)
	addUnbindable(cfg, &diags, false)
	var said bytes.Buffer
	if !report(io.MultiWriter(s.err, &said), diags, f.quiet) {
		fmt.Fprintf(s.err, "weir run: %s, nothing was started\n", count(len(diags.Errors), "error"))
		return exitFail
	}
	if cfg.Global.Daemon && !f.foreground {
		switch why := keptInFront(); {
		case why == "":
			return background(s, args)
		case !inDaemon():
			log.Warn("daemon has no effect: " + why)
		}
	}
	if cfg.Global.MasterWorker {
		log.Info("master_worker has no effect: one process does the work of both, and reloads on SIGUSR2 in any case")
	}
	r := &runtimeOptions{cfg: cfg, log: log, sigs: sigs, startup: said.String(), words: weirWords}
	r.reporter = func() reporter { return &weirReporter{w: s.err, log: log, quiet: f.quiet} }
	r.read = func(rep reporter) *conf.Config {
		if cfg, diags := load(f.paths); rep.config(diags) {
			return cfg
		}
		return nil
	}
	r.ready = func() {
		if ex != nil {
			io.WriteString(s.out, ex.Help())
		}
		daemonReady()
	}
	if err := ignoreStopped(serve(r)); err != nil {
		if n := complain(s, err); r.ready != nil {
			fmt.Fprintf(s.err, "weir run: %s, nothing was started\n", count(n, "error"))
		}
		return exitFail
	}
	return exitOK
}

// background runs the configuration in a process of its own.
func background(s *streams, args []string) int {
	dir, err := os.Getwd()
	if err != nil {
		return fail(s, err)
	}
	code, err := daemonise(append([]string{os.Args[0], "run"}, args...), dir)
	if err != nil {
		return fail(s, fmt.Errorf("daemon: %w", err))
	}
	return code
}

func checkArgs(paths files) []string {
	args := []string{"-q"}
	for _, p := range paths {
		args = append(args, "-c", p)
	}
	return args
}

// runtimeOptions are what a run is made of.
type runtimeOptions struct {
	cfg     *conf.Config
	log     *zap.Logger
	sigs    <-chan os.Signal
	ready   func() // everything is bound and accepts
	startup string // what was said of the configuration
	asked   askedLimits
	// reporter tells of a reload; nil = there is none, as in HAProxy without a master: SIGHUP lists the servers then.
	reporter func() reporter
	read     func(rep reporter) *conf.Config // reads the configuration again; nil = it has errors, which were told
	words    reloadWords
	reloads  chan chan reloadAnswer
	haproxy  bool // be HAProxy: SIGTERM ends at once, and another process may bind the same addresses
}

// serve runs a good configuration until a signal ends it. In order: limits, log targets, listeners, pid file, privileges;
// back in the reverse order.
func serve(r *runtimeOptions) (err error) {
	cfg, log := r.cfg, r.log
	r.asked, r.reloads = limitsAsked(&cfg.Global), make(chan chan reloadAnswer, 1)
	tuneRuntime()
	limit, err := prepare(&cfg.Global)
	if err != nil {
		return err
	}
	if warning := fitMaxconn(cfg, limit); warning != "" {
		if cfg.Global.Process.StrictLimits {
			return errors.New(warning)
		}
		log.Warn(warning)
	}
	e, err := newEngine(r)
	if err != nil {
		return err
	}
	defer e.Close()
	debug.FreeOSMemory() // reading the configuration takes many times what is kept of it
	if err := e.Start(); err != nil {
		return err
	}
	removePid, err := writePidFile(cfg.Global.PidFile)
	if err != nil {
		return err
	}
	defer removePid()
	if r.reporter != nil {
		e.listen(cfg.Global.Chroot != "")
	}
	if err := confine(&cfg.Global, log); err != nil {
		return err
	}
	if err := settle(&cfg.Global.Process); err != nil {
		return err
	}
	log.Info("ready", zap.String("version", version), zap.Strings("config", cfg.Files), zap.Int("pid", os.Getpid()),
		zap.Int("threads", cfg.Global.NbThread), zap.Int("maxconn", cfg.Global.Maxconn), zap.String("go", runtime.Version()))
	r.ready()
	r.cfg, r.ready = nil, nil // a reload lets the configuration go
	notifyReady()
	err = r.waitForStop(e, e.stopTimes)
	log.Info("stopped")
	return err
}

// ignoreStopped drops the errors that only say that the stop was cut short on purpose.
func ignoreStopped(err error) error {
	if errors.Is(err, errStoppedAtOnce) {
		return nil
	}
	return err
}

package main

import (
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
	"weir/internal/logsink"
)

// flushTime is how long the last log lines may take when the process ends.
const flushTime = 2 * time.Second

func runCommand() *command {
	return &command{
		name: "run", run: run, args: "[-c FILE]... [flags]", summary: "run a configuration, or the built-in example",
		help: `
  -c FILE              a configuration, or a folder whose *.hcl files are one. Several -c are read in their order as one configuration.
                       Without any, an example runs
  -q                   no warnings and no notes, errors only
  -d                   debug messages: the same as --log-level debug
  --log-level LEVEL    of Weir's own messages: debug, info (the default), warn or error
  --log-format FORMAT  of Weir's own messages: console (the default) or json
  --check              check the configuration and stop, as "weir check -q" does
  --cpu-profile FILE   write where the CPU time goes, for "go tool pprof", until the process ends

Access lines go where the configuration's "log" says. SIGUSR1 and SIGTERM stop gracefully: no new connections, open ones end by
themselves or by hard_stop_after. A second SIGTERM, or SIGINT at any time, stops at once. SIGHUP and SIGUSR2 read and check the
configuration again and say what they found; it is not taken over yet.

examples:
  weir run                          the built-in example
  weir run -c /etc/weir/weir.hcl
  weir run -c base.hcl -c sites/ --log-format json`,
	}
}

type runFlags struct {
	paths         files
	quiet, check  bool
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
	if !report(s.err, diags, f.quiet) {
		fmt.Fprintf(s.err, "weir run: %s, nothing was started\n", count(len(diags.Errors), "error"))
		return exitFail
	}
	r := &runtimeOptions{cfg: cfg, log: log, sigs: sigs, reload: func() { recheck(s, f, log) }}
	r.ready = func() {
		if ex != nil {
			io.WriteString(s.out, ex.Help())
		}
	}
	if err := ignoreStopped(serve(r)); err != nil {
		return fail(s, err)
	}
	return exitOK
}

// recheck is what a reload does until there is one: the files are read and checked, and it is said that what runs stays.
func recheck(s *streams, f *runFlags, log *zap.Logger) {
	_, diags := load(f.paths)
	if report(s.err, diags, f.quiet) {
		log.Warn("the configuration is good and is not taken over: reload is not done yet, what runs stays until a restart")
		return
	}
	log.Error("the configuration has errors; what runs stays", zap.Int("errors", len(diags.Errors)))
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
	reload  func() // what SIGHUP and SIGUSR2 do; nil = as HAProxy without a master: SIGHUP lists the servers
	haproxy bool   // be HAProxy: SIGTERM ends at once, and another process may bind the same addresses
}

// serve runs a good configuration until a signal ends it. In order: limits, log targets, listeners, pid file, privileges;
// back in the reverse order.
func serve(r *runtimeOptions) (err error) {
	cfg, log := r.cfg, r.log
	tuneRuntime(cfg)
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
	access := logsink.New(logsink.Options{Tag: cfg.Global.LogTag, Host: cfg.Global.LogSendHost, Producers: cfg.Global.NbThread, SndBuf: cfg.Global.Tune.SndBufLog})
	defer func() {
		if flushErr := access.Close(flushTime); flushErr != nil {
			log.Warn(flushErr.Error(), zap.Uint64("dropped", access.Dropped()))
		}
	}()
	e, err := newEngine(r, access)
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
	if err := confine(&cfg.Global, log); err != nil {
		return err
	}
	if err := settle(&cfg.Global.Process); err != nil {
		return err
	}
	log.Info("ready", zap.String("version", version), zap.Strings("config", cfg.Files), zap.Int("pid", os.Getpid()),
		zap.Int("threads", cfg.Global.NbThread), zap.Int("maxconn", cfg.Global.Maxconn), zap.String("go", runtime.Version()))
	r.ready()
	notifyReady()
	err = r.waitForStop(e, stopTimes{grace: cfg.Global.Grace, hard: cfg.Global.HardStopAfter})
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

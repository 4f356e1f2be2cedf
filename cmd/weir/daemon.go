package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// daemonEnv names the descriptor on which the process in the background says that it is ready. That it is set also says that the
// process is that one.
const daemonEnv = "WEIR_DAEMON_FD"

func inDaemon() bool { return os.Getenv(daemonEnv) != "" }

// daemonise starts the program again with these arguments, in a session of its own and in the folder dir, and waits until it has bound
// everything. A Go process cannot fork: the other one reads the configuration anew. What it says until it is ready goes where ours
// goes, and its exit code is ours where it fails.
func daemonise(args []string, dir string) (code int, err error) {
	ready, end, err := os.Pipe()
	if err != nil {
		return exitFail, err
	}
	defer ready.Close()
	cmd, err := again(args, dir, end)
	if err == nil {
		err = startWithoutTerminal(cmd)
	}
	end.Close()
	if err != nil {
		return exitFail, err
	}
	if _, err := io.ReadFull(ready, make([]byte, 1)); err == nil {
		cmd.Process.Release()
		return exitOK, nil
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return exitFail, nil
}

// daemonise runs this command line as a daemon.
func (p *hapProcess) daemonise() int {
	name := os.Args[:1]
	if !calledHaproxy(os.Args[0]) {
		name = []string{os.Args[0], "haproxy"}
	}
	code, err := daemonise(append(append([]string{}, name...), p.args...), p.from)
	if err != nil {
		p.msg.alert("[haproxy.main()] Cannot fork: %s", err)
	}
	return code
}

// keptInFront says why a process that is told to be a daemon is none; empty = it becomes one.
func keptInFront() string {
	switch {
	case inDaemon():
		return "it is one already"
	case os.Getenv("NOTIFY_SOCKET") != "":
		return "a service manager waits for this process (NOTIFY_SOCKET)"
	case os.Getpid() == 1:
		return "a container ends with this process"
	}
	return ""
}

// again is the command of a daemon.
func again(args []string, dir string, ready *os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// It keeps its number, which nobody has: 3, the first of cmd.ExtraFiles, may be a socket that was handed over.
	fd := ready.Fd()
	if _, err := unix.FcntlInt(fd, unix.F_SETFD, 0); err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Path: self, Args: args, Dir: dir}
	cmd.Env = append(os.Environ(), daemonEnv+"="+strconv.Itoa(int(fd)))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, nil
}

// startWithoutTerminal starts a daemon whose input is the null device. It gets it from here because it may not find it: a chroot has none.
func startWithoutTerminal(cmd *exec.Cmd) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	cmd.Stdin = null
	return cmd.Start()
}

// daemonReady lets the parent go, and lets go of the terminal. Outside of a daemon it does nothing.
func daemonReady() {
	fd, err := strconv.Atoi(os.Getenv(daemonEnv))
	if err != nil {
		return
	}
	for _, std := range []int{1, 2} { // who reads what it says would wait for its end
		syscall.Dup3(0, std, 0) // startWithoutTerminal has made it the null device
	}
	end := os.NewFile(uintptr(fd), "ready")
	end.Write([]byte{1})
	end.Close()
}

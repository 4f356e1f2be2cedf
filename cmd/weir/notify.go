package main

import (
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// notify tells the service manager (systemd's Type=notify) what state the process is in. Without one it does nothing; a manager that
// does not listen is no reason to stop.
func notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	if strings.HasPrefix(path, "@") {
		path = "\x00" + path[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	conn.Write([]byte(state))
}

func notifyReady() { notify("READY=1\nMAINPID=" + strconv.Itoa(os.Getpid()) + "\nSTATUS=Ready.") }

// notifyFailed ends a reload that has changed nothing.
func notifyFailed() {
	notify("READY=1\nMAINPID=" + strconv.Itoa(os.Getpid()) + "\nSTATUS=Reload failed!")
}

func notifyStopping() { notify("STOPPING=1") }

// notifyReloading says when, too: a manager that has asked for the reload itself (Type=notify-reload) wants to know that it is
// this one (sd_notify(3)).
func notifyReloading() {
	state := "RELOADING=1"
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) == nil {
		state += "\nMONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/1000, 10)
	}
	notify(state + "\nSTATUS=Reloading Configuration.")
}

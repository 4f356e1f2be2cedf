package main

import (
	"net"
	"os"
	"strconv"
	"strings"
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

func notifyReady() { notify("READY=1\nMAINPID=" + strconv.Itoa(os.Getpid())) }

func notifyStopping() { notify("STOPPING=1") }

func notifyReloading() { notify("RELOADING=1") }

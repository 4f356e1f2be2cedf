package main

import "io"

// hapUsage is what HAProxy's command line is, as far as Weir has it.
const hapUsage = `Usage : haproxy [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
        -v displays the version ; -vv what this build has ; -vq the number alone.
        -d stays in the foreground and tells more ; -db only stays in the foreground.
        -V enters verbose mode (disables quiet mode)
        -D goes daemon ; -C changes to <dir> before loading files.
        -W behaves as HAProxy's master and worker, in one process.
        -Ws the same with systemd's notifications.
        -q quiet mode : don't display messages
        -c check mode : only check config files and exit
        -cc check condition : evaluate a condition and exit
        -n sets the maximum total # of connections
        -m limits the memory that the heap is meant to stay under (in MB)
        -N sets the default, per-proxy maximum # of connections
        -L sets the local peer's name, $HAPROXY_LOCALPEER
        -p writes the pid to this file
        -dK{class[,...]} dumps the keywords that Weir knows (use 'help' for a list)
        -dD tells what .diag says in the configuration
        -dL lists the files that are loaded as code, after the configuration is checked
        -dr ignores server address resolution failures
        -dI lets external health checks start processes
        -dR lets no other process listen on the same addresses
        -dS disables splice usage
        -dV disables SSL verify on servers side
        -dW fails if any warning is emitted
        -sf/-st [pid ]* finishes/terminates old pids.
        -S <bind>[,<bind options>...] the master's command line
        -x <unix_socket> is not done : listening sockets are shared instead
        Accepted without effect, for Weir knows one way only : -dF -dG -dM[<byte>,help,...] -dZ -de -dk -dp -dt
`

func printHapUsage(w io.Writer) { io.WriteString(w, hapUsage+"\n") }

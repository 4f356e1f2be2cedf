// Package e2e drives whole Weir processes from the outside: scripts, attacks, WebSockets, slow clients and a soak.
//
// A script is one text file in testdata/script, named area_behaviour.txt: prose on top that says why, then sections
// that begin with a line "-- KIND ARGS --". TestScript runs every file in parallel, each on ports of its own, once through Weir
// and, where a "haproxy" section holds the same configuration for it, once through Debian's haproxy: both must satisfy
// the same expects.
//
//	# A response to HEAD has no body, whatever its Content-Length says.
//	-- weir --
//	${simple}
//	-- haproxy --
//	${simple}
//	-- server s1 --
//	rxreq
//	> HTTP/1.1 200 OK
//	> Content-Length: 5
//	>
//	-- client --
//	connect f
//	> HEAD / HTTP/1.1
//	> Host: a
//	>
//	rxres
//	expect status == 200
//
// Sections:
//
//	weir [NAME]          HCL of a Weir process; with a NAME it is one more process, see "use"
//	haproxy [NAME]       the same for the oracle
//	file NAME [crlf]     written to ${dir}/NAME; crlf ends its lines with CRLF
//	server NAME [ADDR]   an origin on ${port.NAME} of 127.0.0.1, or on ADDR (unix@, abns@, [::1]:port). "accept" begins the script of
//	                     the next connection, "accept *" the one of all others, which is what a section without accept holds
//	client [NAME] [&]    a client; they run in the order of the file, with & in the background
//	check                the same as client, where no connection is opened
//
// ${port.X} is a free port, the same throughout the script; ${dir} a directory of the script's own, ${id} a word unique to
// it, ${prelude} a global section (stats socket, log to stdout, 2 loops) and a defaults section (HTTP, 10s timeouts, httplog),
// ${simple} the prelude, a frontend "f" on ${port.f} and a backend "b" with the server "s1".
//
// A statement is one line, a verb and its words; a word may be a quoted Go string. "[weir] VERB..." and "[haproxy] VERB..." run
// for that proxy only: what differs on purpose is then visible. verbs.go lists the verbs.
//
// The package does not measure speed: bench does.
//
// TestOracle gives Debian's haproxy and Weir the very same haproxy.cfg, made of the cases in testdata/oracle (see oracleCase), and
// wants the same bytes at the server and at the client and the same log lines. TestGenerated does it with random cases:
//
//	go test ./internal/e2e -run TestGenerated -gen.seed 7 -gen.count 2000
//	go test ./internal/e2e -run TestGenerated -gen.seed 7 -gen.only 265
//
// TestSeeds plays days in the life of the configurations in testdata/seeds.
package e2e

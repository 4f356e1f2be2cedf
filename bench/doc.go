// Bench measures Weir, haproxy and nginx side by side on this machine: whichever of them is installed.
//
//	go run ./bench                                  every scenario, 3 rounds of 3 seconds
//	go run ./bench -scenarios h1-64,tcp -rounds 5
//	go run ./bench -subjects weir,haproxy,floor     beside a relay that makes the same system calls and does nothing else
//	go run ./bench -rules                           what twenty typical rules add to a request
//	go run ./bench -curve                           the cost of a request against the number of backends and of ACLs
//
// The proxy under test has one core for itself, the load and the origin share another; requests a second are then one core's
// capacity, and cpu_us, the figure to compare, is the proxy's own user and system time per request. The rounds of the
// subjects are interleaved, so that a slow minute of the machine hits all of them; the medians are printed. Only ratios
// between subjects of one run mean anything.
//
// The load is wrk's where wrk is installed and the built-in one (-builtin) otherwise; the origin is built in.
//
// It does not measure TLS, HTTP/2 or latency under a fixed rate.
package main

// Bench measures Weir, haproxy and nginx side by side on this machine: whichever of them is installed.
//
//	go run ./bench                                  every scenario, 3 rounds of 3 seconds
//	go run ./bench -scenarios h1-64,tcp -rounds 5
//	go run ./bench -subjects weir,haproxy,floor     beside a relay that makes the same system calls and does nothing else
//	go run ./bench -rules                           what twenty typical rules add to a request
//	go run ./bench -attacks                         what other clients feel of one that attacks over HTTP/2
//	go run ./bench -curve                           the cost of a request against the number of backends and of ACLs
//
// The proxy under test has one core for itself, the load and the origin share another; requests a second are then one core's
// capacity, and cpu_us, the figure to compare, is the proxy's own user and system time per request. The rounds of the
// subjects are interleaved, so that a slow minute of the machine hits all of them; the medians are printed. Only ratios
// between subjects of one run mean anything.
//
// The load is wrk's where wrk is installed and the built-in one (-builtin) otherwise; the origin is built in.
//
// The attacks are measured otherwise: well-behaved clients ask at a fixed rate, half of them in HTTP/2, and their latency without and with
// the attack is compared, in the same run. The attacker is one client that sends as fast as it can, and connects again as soon as it is cut
// off; it has the least priority on the load's core, so that it takes nothing from the others but by way of the proxy.
//
// Apart from that, it does not measure TLS or HTTP/2.
package main

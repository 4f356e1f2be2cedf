// Package backend is the server side of a proxy section: its servers with their states and weights, the
// balancing among them, the queues in front of full ones, the pools of connections to them and the health
// checks.
//
// A stream leases a server, connects, talks and gives both back:
//
//	if err := b.Assign(t, &ls, &sub, nil, queueDeadline); err != nil { ... } // may wait in a queue
//	if err := b.Connect(t, &ls, reuse, connectDeadline); err != nil { ... }
//	... use ls.Conn ...
//	b.Release(&ls, keepAlive)
//
// Those three run on the stream's loop and, in steady state, allocate nothing and take no lock: what loops
// share is a handful of atomic counters per server and one immutable table of usable servers, replaced
// whole when a state or a weight changes. Locks are left to waiting (the queue) and to changing states.
//
// It does as HAProxy 2.6 does, down to the server that a key is hashed to on a map (testdata/oracle.txt holds what
// Debian's said), except that
//   - keys go to other servers than HAProxy's with "hash-type consistent" and with the function wt6, which are
//     described nowhere but in its source;
//   - "roundrobin" with unequal weights is as smooth, in another order;
//   - streams that queue when the last server goes down get 503 at once instead of at the end of timeout queue;
//   - a check that found no socket to check with does not count against the server;
//   - minconn acts only where fullconn is set: its default of a tenth of the frontends' maxconn is theirs to work out.
//
// It does not parse or write HTTP for streams, decides no retry and knows no rule: the frontend does.
package backend

// Package loop is Weir's engine: one event loop per core, one coroutine per stream.
//
// A Loop is a goroutine over its own epoll instance. Everything it owns (connections, tasks,
// timers, buffers) is touched on that loop only; other goroutines reach it through Post.
// A Task is a coroutine on a loop: straight-line code that suspends instead of blocking. A function
// whose first parameter is a *Task may suspend; one without never does.
//
//	l, err := loop.New(loop.Options{})
//	go l.Run()
//	l.Post(func() {
//		l.Go(loop.TaskFunc(func(t *loop.Task) {
//			c, err := l.Dial(t, loop.TCPAddr(ap), nil, l.Now()+int64(5*time.Second))
//			...
//			n, err := c.Recv(t, buf, deadline) // other tasks run meanwhile
//		}))
//	})
//
// A task must never block its thread: no mutex held across a wait, no file I/O, no name lookup. Blocking
// work goes to a goroutine through Await. A panic in a task ends that task, is reported and counted, and
// the loop runs on.
//
// An idle connection needs no task: it is parked with a Handler (SetHandler). Two connections that only
// relay bytes are handed to a Tunnel, which is callbacks and splice(2) and holds no buffer while idle.
//
// Who gets the loop next, in a turn: what the poll tells of connections at work; timers and mail; tasks; tasks of groups (Group), which
// share their turns by client; last, connections at rest (Rest), whose events are new work. What is left over waits for the
// next turn, which polls first.
//
// The package knows sockets, not protocols: no HTTP, no TLS, no configuration. It is the only one that
// names epoll.
package loop

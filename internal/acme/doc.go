// Package acme keeps certificates: it has them issued by an authority (RFC 8555), saves them, puts them into the running store, and
// renews them in time.
//
//	k, err := acme.New(cfg, store, acme.Options{Log: log, SetMap: set}) // nil where no line has one issued
//	err = k.Start()                                                     // opens the directories; a goroutine begins
//	k.Answer(path)                                                      // http-01, for whoever answers requests
//	k.Stop()                                                            // the goroutine has ended
//
//	survey ──► sleep until something is due ──► order ──► install ──► save ──┐
//	              ▲         │    or asked for     │ failed: later again      │
//	              └─────────┴─────────────────────┴──────────────────────────┘
//
// What fails is told and tried again, more and more rarely; a certificate that is shown is never taken away by it. All state that must
// outlive the process is in the files: certificates, their keys, and the account's. A Keeper belongs to one configuration: the next one
// has its own, which starts once this one has stopped and has been taken over (TakeOver).
//
// It speaks the protocol by mholt/acmez and shows no certificate itself: package tlsconf does.
package acme

package e2e

// verb is one word of the script language.
type verb struct {
	min   int    // words that must follow
	conn  bool   // needs an open connection
	usage string // what follows it, and what it does
	do    func(a *actor, args []string) error
}

// verbs is the whole language besides ">" (sends the rest of the line and CRLF) and "loop N" ... "end".
var verbs map[string]verb

func init() {
	verbs = map[string]verb{
		// Connections.
		"connect":    {1, false, "PORTNAME|ADDR: opens a connection", verbConnect},
		"close":      {0, true, ": closes it", verbClose},
		"half-close": {0, true, ": ends our direction (FIN)", verbHalfClose},
		"reset":      {0, true, ": closes it with RST", verbReset},
		"eof":        {0, true, ": the other side ends its direction, with no byte before", verbEOF},
		"closed":     {0, true, ": the other side has closed, cleanly or by RST; bytes on the way are let go", verbClosed},
		"cut":        {0, true, ": the other side has closed by RST; bytes on the way are let go", verbCut},
		"idle":       {1, true, "DURATION: neither a byte nor an end comes for so long", verbIdle},
		"full-queue": {1, false, "PORTNAME: something listens there whose accept queue is full, so that a SYN gets no answer", verbFullQueue},
		"refused":    {1, false, "PORTNAME: a connection is refused", verbRefused},

		// Bytes.
		"send":     {1, true, "STRING...: sends them as they are", verbSend},
		"rx":       {1, true, "STRING: these bytes come next", verbRx},
		"drip":     {2, true, "DURATION STRING: sends a byte, waits, and so on", verbDrip},
		"send-big": {1, true, "SIZE: sends a body of that many bytes, of a known pattern", verbSendBig},
		"rx-big":   {1, true, "SIZE: that body comes, intact", verbRxBig},
		"chunk":    {1, true, "STRING: sends it as one chunk", verbChunk},

		// Messages.
		"rxreq":  {0, true, "[head]: reads a request", verbRxReq},
		"rxres":  {0, true, "[head]: reads a response", verbRxRes},
		"expect": {2, false, "FIELD ==|!=|~|!~ VALUE: method, target, version, status, reason, body, framing, start, header.NAME, count.NAME, trailer.NAME", verbExpect},
		"answer": {1, true, "STATUS [NAME:VALUE...] [BODY]: sends a response with Content-Length and X-Server", verbAnswer},
		"serve":  {0, true, "[delay=DURATION] [BODY]: answers 200 to every request until the other side closes", verbServe},
		"get":    {1, false, "TARGET [NAME:VALUE...]: sends GET, reads the response", verbGet},

		// Order and time.
		"wait":    {1, false, "NAME: until somebody signals it", verbWait},
		"signal":  {1, false, "NAME", verbSignal},
		"delay":   {1, false, "DURATION: this peer is slow", verbDelay},
		"timer":   {0, false, ": starts the clock of elapsed", verbTimer},
		"elapsed": {2, false, "MIN MAX: the clock shows between the two", verbElapsed},

		// Tallies: which server answered.
		"saw":         {1, false, "NAME: adds that header's value to the tally", verbSaw},
		"tally":       {1, false, "VALUE...: the tally, in order; it begins anew", verbTally},
		"tally-count": {1, false, "VALUE=N...: the tally, counted; it begins anew", verbTallyCount},
		"tally-same":  {0, false, ": all of the tally is the same value; it begins anew", verbTallySame},

		// The proxy from outside.
		"use":        {1, false, "NAME: the process that the next verbs mean", verbUse},
		"log":        {1, false, "REGEXP: a line of its standard output matches, in time", verbLog},
		"no-log":     {1, false, "REGEXP: no line does so far", verbNoLog},
		"stderr":     {1, false, "REGEXP: a line of its standard error matches, in time", verbStderr},
		"stats":      {1, false, "COMMAND...: sends each to the stats socket; output holds the answer", verbStats},
		"until":      {2, false, "COMMAND REGEXP: the stats socket's answer matches, in time", verbUntil},
		"output":     {2, false, "==|!=|~|!~ VALUE", verbOutput},
		"kill":       {1, false, "TERM|INT|USR1|HUP: sends the signal", verbKill},
		"exited":     {1, false, "CODE: the process ends, in time", verbExited},
		"running":    {0, false, ": it has not ended", verbRunning},
		"check-file": {1, false, "FILE: checks ${dir}/FILE only; output holds what it said", verbCheckFile},
		"run-file":   {1, false, "FILE: runs ${dir}/FILE as a further process of the name FILE", verbRunFile},
		"code":       {1, false, "CODE: the exit code of check-file", verbCode},
		"rss-below":  {1, false, "SIZE: its memory", verbRSS},
		"fds-below":  {1, false, "N: its open files", verbFDs},
		"mode":       {2, false, "PATH OCTAL: a file's permissions", verbMode},

		// The origins from outside.
		"conns":    {3, false, "SERVER == N: connections accepted so far; also <=, >=", verbConns},
		"requests": {3, false, "SERVER == N: requests read so far; also <=, >=", verbRequests},
		"down":     {1, false, "SERVER: stops listening and closes what it has", verbDown},
		"up":       {1, false, "SERVER: listens again", verbUp},
	}
}

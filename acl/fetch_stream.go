package acl

import "errors"

// streamFetches ask the Stream for a number or a text of its own.
var streamFetches = []fetch{
	{"bytes_in", "", Int, needReqKept, runNum, asks(ServerBytesOut), "bytes from the client to the server, as %U"},
	{"bytes_out", "", Int, needSent, runNum, asks(ClientBytesOut), "bytes from the server to the client, as %B"},
	{"req.bytes_in", "", Int, needReqKept, runNum, asks(ClientBytesIn), "bytes received from the client"},
	{"req.bytes_out", "", Int, needReqKept, runNum, asks(ServerBytesOut), "bytes sent to the server"},
	{"res.bytes_in", "", Int, needSent, runNum, asks(ServerBytesIn), "bytes received from the server"},
	{"res.bytes_out", "", Int, needSent, runNum, asks(ClientBytesOut), "bytes sent to the client"},
	{"prio_class", "", Int, needProcess, runNum, asks(PrioClass), "the class that set-priority-class gave"},
	{"prio_offset", "", Int, needProcess, runNum, asks(PrioOffset), "the offset that set-priority-offset gave"},
	{"server_status", "", Int, needResKept, runNum, asks(StatusServer), "the status that the server answered"},
	{"txn.status", "", Int, needResKept, runNum, asks(StatusSent), "the status of the log line"},
	{"txn.conn_retries", "", Int, needResKept, runNum, asks(Retries), "attempts to connect to the server after the first, as %rc"},
	{"txn.redispatched", "", Bool, needResKept, runFlag, asks(Redispatched), "another server was chosen after a failure"},
	{"txn.id32", "", Int, needProcess, runNum, asks(StreamID), "the stream's number, 32 bits of it"},
	{"txn.sess_term_state", "", Str, needProcess, runText, says(TermState), "the termination state of the log, as it is by now: two letters"},
	{"unique-id", "", Str, 0, runUniqueID, nil, "what unique-id-format makes"},
	{"last_rule_file", "", Str, needProcess, runText, says(LastRuleFile), "the file of the last rule that ended its list"},
	{"last_rule_line", "", Int, needProcess, runNum, asks(LastRuleLine), "the line of the last rule that ended its list"},
	{"last_entity", "", Str, needProcess, runText, says(LastEntity), "the last rule that ended its list, as FILE:LINE"},
	{"waiting_entity", "", Str, needProcess, runText, says(WaitingEntity), "the rule that was waiting when the stream ended, as FILE:LINE"},
	{"term_events", "", Str, needProcess, runConst, fixNoEvents, "-: termination events are not recorded"},
	{"fe_defbe", "", Str, needClient, runText, says(DefaultBackend), "the name of the frontend's default backend"},
	{"res.comp", "", Bool, needResKept, runFlag, asks(Compressed), "the response is compressed by Weir"},
	{"res.comp_algo", "", Str, needResKept, runText, says(CompressionAlgo), "how the response is compressed"},
	{"res.cache_hit", "", Bool, needServer, runFlag, asks(CacheHit), "the response comes from a cache"},
	{"res.cache_name", "", Str, needServer, runTextOrEmpty, says(CacheName), "the cache that the response comes from"},
	{"internal.strm.is_htx", "", Bool, needProcess, runIsHTTP, nil, "the stream is one of HTTP"},
	{"cpu_calls", "", Int, needProcess, runNum, asks(CPUCalls), "how often the stream's task has run"},
	{"cpu_ns_tot", "", Int, needProcess, runNum, asks(CPUTime), "nanoseconds that the stream's task has run"},
	{"cpu_ns_avg", "", Int, needProcess, runPerCall, asks(CPUTime), "cpu_ns_tot for each of cpu_calls"},
	{"lat_ns_tot", "", Int, needProcess, runNum, asks(LatTime), "nanoseconds that the stream's task was ready and waited to run"},
	{"lat_ns_avg", "", Int, needProcess, runPerCall, asks(LatTime), "lat_ns_tot for each of cpu_calls"},
	{"cpu_usage_thr", "", Int, needProcess, runNum, asks(LoopBusy), "how busy this loop is, in percent"},
	{"cpu_usage_grp", "", Int, needProcess, runNum, asks(LoopsBusy), "how busy the loops are on average, in percent"},
	{"cpu_usage_proc", "", Int, needProcess, runNum, asks(LoopsBusy), "how busy the loops are on average, in percent"},
}

func asks(n Num) func(*args) error {
	return func(a *args) error {
		a.ask = n
		return nil
	}
}

func says(x Text) func(*args) error {
	return func(a *args) error {
		a.say = x
		return nil
	}
}

// ask is a number of the stream.
func (c *Context) ask(n Num) (int64, bool) {
	if c.Stream == nil {
		return 0, false
	}
	return c.Stream.Num(n)
}

func runNum(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setInt(n)
}

func runFlag(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setBool(n != 0)
}

func runText(c *Context, a *args, s *Sample) bool {
	if c.Stream == nil {
		return false
	}
	b, ok := c.Stream.Text(a.say, c.Arena.Open())
	return ok && s.setStr(c.Arena.Seal(b))
}

// runUniqueID does not open the arena: the format of the id, which is evaluated now, takes from it itself.
func runUniqueID(c *Context, _ *args, s *Sample) bool {
	if c.Stream == nil {
		return false
	}
	b, ok := c.Stream.Text(UniqueID, c.id[:0])
	c.id = b
	return ok && s.setStr(c.Arena.Copy(b))
}

func runTextOrEmpty(c *Context, a *args, s *Sample) bool {
	return runText(c, a, s) || s.setStr([]byte{})
}

func runPerCall(c *Context, a *args, s *Sample) bool {
	total, ok := c.ask(a.ask)
	calls, ok2 := c.ask(CPUCalls)
	return ok && ok2 && s.setInt(total/max(calls, 1))
}

func runIsHTTP(c *Context, _ *args, s *Sample) bool {
	n, _ := c.ask(ClientHTTP)
	return s.setBool(n != 0)
}

func fixNoEvents(a *args) error {
	a.val.setStr([]byte{'-'})
	return nil
}

// timeoutFetches are the timeouts of the configuration and those in force, in milliseconds; 0 = none.
var timeoutFetches = []fetch{
	{"fe_client_timeout", "", Int, needClient, runNum, asks(ConfClient), "the frontend's \"timeout client\""},
	{"fe_tarpit_timeout", "", Int, needClient, runNum, asks(ConfTarpit), "the frontend's \"timeout tarpit\""},
	{"be_connect_timeout", "", Int, needBackend, runNum, asks(ConfConnect), "the backend's \"timeout connect\""},
	{"be_queue_timeout", "", Int, needBackend, runNum, asks(ConfQueue), "the backend's \"timeout queue\""},
	{"be_server_timeout", "", Int, needBackend, runNum, asks(ConfServer), "the backend's \"timeout server\""},
	{"be_tarpit_timeout", "", Int, needBackend, runNum, asks(ConfBackTarpit), "the backend's \"timeout tarpit\""},
	{"be_tunnel_timeout", "", Int, needBackend, runNum, asks(ConfTunnel), "the backend's \"timeout tunnel\""},
	{"be_max_retries", "", Int, needBackend, runNum, asks(ConfRetries), "the backend's \"retries\""},
	{"cur_client_timeout", "", Int, needClient, runNum, asks(ClientTimeout), "the client's timeout, by set-timeout or as configured"},
	{"cur_connect_timeout", "", Int, needBackend, runNum, asks(ConnectTimeout), "the time to connect, by set-timeout or as configured"},
	{"cur_queue_timeout", "", Int, needBackend, runNum, asks(QueueTimeout), "the time to wait for a server, by set-timeout or as configured"},
	{"cur_server_timeout", "", Int, needBackend, runNum, asks(ServerTimeout), "the server's timeout, by set-timeout or as configured"},
	{"cur_tarpit_timeout", "", Int, needConn, runNum, asks(TarpitTimeout), "how long tarpit waits, by set-timeout or as configured"},
	{"cur_tunnel_timeout", "", Int, needBackend, runNum, asks(TunnelTimeout), "the tunnel's timeout, by set-timeout or as configured"},
	{"cur_max_retries", "", Int, needBackend, runNum, asks(MaxRetries), "attempts to connect after the first, by set-retries or as configured"},
}

// timerFetches are the log's timers, in milliseconds and -1 where their end was not reached, and dates.
var timerFetches = []fetch{
	{"accept_date", "[unit:str]", Int, needConn, runDateOf, fixDateOf(AcceptedAt), "when the connection came, or the response before this request ended, in s, ms or us since the epoch"},
	{"request_date", "[unit:str]", Int, needReqKept, runDateOf, fixDateOf(RequestedAt), "when the request began, in s, ms or us since the epoch"},
	{"fc.timer.handshake", "", Int, needConn, runNum, asks(TimeHandshake), "handshakes, as %Th"},
	{"fc.timer.total", "", Int, needClient, runNum, asks(TimeTotal), "all of the stream, as %Tt"},
	{"bc.timer.connect", "", Int, needServerConn, runNum, asks(TimeConnect), "connecting to the server, as %Tc"},
	{"req.timer.idle", "", Int, needReqHead, runNum, asks(TimeIdle), "waiting for the request, as %Ti"},
	{"req.timer.hdr", "", Int, needReqHead, runNum, asks(TimeHead), "receiving the request's head, as %TR"},
	{"req.timer.tq", "", Int, needReqHead, runNum, asks(TimeRequest), "from the accept, or the end of the response before, to the end of the request's head, as %Tq"},
	{"req.timer.queue", "", Int, needResKept, runNum, asks(TimeQueue), "waiting for a server, as %Tw"},
	{"res.timer.hdr", "", Int, needResHead, runNum, asks(TimeResponse), "waiting for the response's head, as %Tr"},
	{"res.timer.data", "", Int, needSent, runNum, asks(TimeData), "transferring the response, as %Td"},
	{"txn.timer.total", "", Int, needReqKept, runNum, asks(TimeActive), "from the request's first byte on, as %Ta"},
	{"txn.timer.user", "", Int, needReqKept, runNum, asks(TimeUser), "as a user waits, as %Tu"},
}

// unitOf is how many microseconds a unit has.
func unitOf(text string, none int64) (int64, error) {
	switch text {
	case "":
		return none, nil
	case "s":
		return 1e6, nil
	case "ms":
		return 1e3, nil
	case "us":
		return 1, nil
	}
	return 0, errors.New("want s, ms or us")
}

// fixDateOf notes in num[0] by what the microseconds are divided.
func fixDateOf(n Num) func(*args) error {
	return func(a *args) error {
		a.ask = n
		unit, err := unitOf(a.str[0], 1e6)
		a.num = append(a.num, unit)
		return err
	}
}

func runDateOf(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setInt(n/a.num[0])
}

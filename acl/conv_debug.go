package acl

import (
	"errors"
	"slices"
)

// debugConvs are for finding faults in chains.
var debugConvs = []conv{
	{"debug", "[prefix:str,destination:str]", Any, Any, convDebug, fixDebug, "passes the value on and writes it to stdout, stderr or buf0, which show events shows"},
	{"when", "condition:str,[acl:str]", Any, Any, convWhen, nil, "passes the value on where [!]error, normal, forwarded, processed, toapplet, stopping or acl,NAME holds"},
}

func fixDebug(a *args) error {
	sink := sinkBuffer
	if a.str[1] != "" {
		sink = slices.Index(sinkNames, a.str[1])
	}
	if sink < 0 {
		return errors.New("destination: want " + sinkList())
	}
	a.num = append(a.num, int64(sink))
	a.state.Events.start(sink, sinkOutput(sink))
	return nil
}

// convDebug allocates.
func convDebug(c *Context, a *args, s *Sample) bool {
	line := append([]byte("[debug] "), a.str[0]...)
	line = append(append(append(line, ": type="...), s.kind()...), " <"...)
	line = appendPrintable(line, appendSample(nil, s))
	a.state.Events.put(int(a.num[0]), c.Now, append(line, '>'))
	return true
}

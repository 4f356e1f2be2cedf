package acl

// captureConvs keep a value for the log on its way.
var captureConvs = []conv{
	{"capture-req", "id:int", Str, Str, convCapture(false), nil, "keeps the value in a request capture slot and passes it on; no value where there is no such slot"},
	{"capture-res", "id:int", Str, Str, convCapture(true), nil, "as capture-req, of the response's slots"},
}

func convCapture(response bool) runConv {
	return func(c *Context, a *args, s *Sample) bool {
		return c.Captures != nil && c.Captures.Capture(response, int(a.num[0]), s.Bytes)
	}
}

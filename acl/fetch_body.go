package acl

// bodyFetches read what is buffered of a body; they wait for nothing.
var bodyFetches = []fetch{
	{"req.body", "", Bin, needReqBody, runReqBody, nil, "the buffered part of the request's body"},
	{"req.body_len", "", Int, needReqBody, runReqBodyLen, nil, "the length of that part"},
	{"req.body_size", "", Int, needReqBody, runReqBodySize, nil, "the length of the whole body, as far as it is known"},
	{"req.len", "", Int, needReqBody, runReqLen, nil, "the bytes in the request's buffer"},
	{"res.body", "", Bin, needResBody, runResBody, nil, "the buffered part of the response's body"},
	{"res.body_len", "", Int, needResBody, runResBodyLen, nil, "the length of that part"},
	{"res.body_size", "", Int, needResBody, runResBodySize, nil, "the length of the whole body, as far as it is known"},
	{"res.len", "", Int, needResBody, runResLen, nil, "the bytes in the response's buffer"},
}

// runReqBody is empty for a message without a body, and absent without a message.
func runReqBody(c *Context, _ *args, s *Sample) bool {
	return (c.Req != nil || c.ReqBody != nil) && s.setBin(c.ReqBody)
}

func runResBody(c *Context, _ *args, s *Sample) bool {
	return (c.Resp != nil || c.RespBody != nil) && s.setBin(c.RespBody)
}

func runReqBodyLen(c *Context, _ *args, s *Sample) bool { return s.setInt(int64(len(c.ReqBody))) }
func runResBodyLen(c *Context, _ *args, s *Sample) bool { return s.setInt(int64(len(c.RespBody))) }

// runReqLen counts what content rules see of a client in TCP mode; in HTTP it is the body that is counted.
func runReqLen(c *Context, a *args, s *Sample) bool {
	if c.Req != nil {
		return runReqBodyLen(c, a, s)
	}
	c.More = !c.Final
	return s.setInt(int64(len(c.Raw)))
}

func runResLen(c *Context, a *args, s *Sample) bool {
	if c.Resp != nil {
		return runResBodyLen(c, a, s)
	}
	c.More = !c.Final
	return s.setInt(int64(len(c.RawResp)))
}

func runReqBodySize(c *Context, _ *args, s *Sample) bool {
	return s.setInt(max(c.ReqBodySize, int64(len(c.ReqBody))))
}

func runResBodySize(c *Context, _ *args, s *Sample) bool {
	return s.setInt(max(c.RespBodySize, int64(len(c.RespBody))))
}

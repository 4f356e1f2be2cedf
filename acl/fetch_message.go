package acl

import (
	"errors"

	"weir/internal/message"
)

// messageFetches are versions, the status and captures.
var messageFetches = []fetch{
	{"req.ver", "", Str, needReqKept, runReqVer, nil, "the request's HTTP version, as 1.1"},
	{"capture.req.ver", "", Str, needReqKept, runCapReqVer, nil, "the request's HTTP version, as HTTP/1.1"},
	{"req.proto_http", "", Bool, needReqKept, runProto, nil, "what came is a valid HTTP request"},
	{"res.ver", "", Str, needResKept, runResVer, nil, "the response's HTTP version, as 1.1"},
	{"capture.res.ver", "", Str, needReqKept, runCapResVer, nil, "the response's HTTP version, as HTTP/1.1"},
	{"status", "", Int, needResKept, runStatus, nil, "the response's status"},
	{"capture.req.hdr", "index:int", Str, needReqKept, runCapReqHdr, fixIndex, "what a \"capture request header\" line took, counting from 0"},
	{"capture.res.hdr", "index:int", Str, needResKept, runCapResHdr, fixIndex, "what a \"capture response header\" line took, counting from 0"},
}

var versions = [...]string{"HTTP/1.0", "HTTP/1.1", "HTTP/2.0"}

// versionOf is the place of the client's version in versions.
func versionOf(r *message.Request) uint8 {
	if r.Major == 2 {
		return 2
	}
	return r.Minor
}

// setVersion cuts the first skip bytes off "HTTP/1.x".
func setVersion(minor uint8, skip int, s *Sample) bool {
	return int(minor) < len(versions) && s.setStr(stringBytes(versions[minor][skip:]))
}

func runReqVer(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && setVersion(versionOf(c.Req), 5, s)
}
func runResVer(c *Context, _ *args, s *Sample) bool {
	return c.Resp != nil && setVersion(c.Resp.Minor, 5, s)
}

// runCapReqVer tells HTTP/2 as HTTP/1.1, as HAProxy does.
func runCapReqVer(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && setVersion(c.Req.Minor, 0, s)
}

func runCapResVer(c *Context, _ *args, s *Sample) bool {
	return c.Resp != nil && setVersion(c.Resp.Minor, 0, s)
}

func runProto(c *Context, _ *args, s *Sample) bool { return s.setBool(c.Req != nil) }
func runStatus(c *Context, _ *args, s *Sample) bool {
	return c.Resp != nil && s.setInt(int64(c.Resp.Status))
}

func fixIndex(a *args) error {
	if a.num[0] < 0 {
		return errors.New("want 0 or more")
	}
	return nil
}

func setCapture(all [][]byte, i int64, s *Sample) bool {
	return i < int64(len(all)) && setFound(all[i], s)
}

func runCapReqHdr(c *Context, a *args, s *Sample) bool { return setCapture(c.ReqCaptures, a.num[0], s) }
func runCapResHdr(c *Context, a *args, s *Sample) bool {
	return setCapture(c.RespCaptures, a.num[0], s)
}

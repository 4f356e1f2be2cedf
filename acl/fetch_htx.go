package acl

import (
	"errors"
	"strconv"

	"weir/internal/message"
)

// htxFetches show a message as HAProxy lays it out: a start line, a block for each field, the end of the headers, and what is there of
// the body. They are its developers' (its guide, 7.3.7): Weir holds messages otherwise, and answers as if it did not.
var htxFetches = []fetch{
	{"internal.htx.data", "", Int, needContents, runHTXData, nil, "octets of the message's parts, as HAProxy counts them"},
	{"internal.htx.used", "", Int, needContents, runHTXUsed, nil, "internal.htx.data with what HAProxy needs to find the parts again"},
	{"internal.htx.size", "", Int, needContents, runHTXSize, nil, "the size of a buffer"},
	{"internal.htx.free", "", Int, needContents, runHTXFree(0), nil, "internal.htx.size without internal.htx.used"},
	{"internal.htx.free_data", "", Int, needContents, runHTXFree(htxBlock), nil, "what of internal.htx.free one more part may have"},
	{"internal.htx.nbblks", "", Int, needContents, runHTXBlocks, nil, "the parts of the message"},
	{"internal.htx.has_eom", "", Bool, needContents, runHTXEnd, nil, "the message is all there"},
	{"internal.htx_blk.size", "index:str", Int, needContents, runHTXBlockSize, fixBlock, "the octets of a part of the message"},
	{"internal.htx_blk.type", "index:str", Str, needContents, runHTXBlockType, fixBlock, "what a part of the message is"},
	{"internal.htx_blk.data", "index:str", Bin, needContents, runHTXBlockData, fixBlock, "the part of the message where it is of the body"},
	{"internal.htx_blk.hdrname", "index:str", Str, needContents, runHTXBlockName, fixBlock, "the name where a part of the message is a field"},
	{"internal.htx_blk.hdrval", "index:str", Str, needContents, runHTXBlockValue, fixBlock, "the value where a part of the message is a field"},
	{"internal.htx_blk.start_line", "index:str", Str, needContents, runHTXBlockLine, fixBlock, "the part of the message where it is the start line"},
}

// What HAProxy's blocks take besides their text, as observed from 2.6.
const (
	htxBlock     = 8  // to find one
	htxStartLine = 20 // for a start line's numbers
	htxTail      = -1 // the index of the last one
)

// fixBlock reads an index: a number, or the name of one.
func fixBlock(a *args) error {
	n := int64(0)
	switch a.str[0] {
	case "head", "first":
	case "tail":
		n = htxTail
	default:
		var err error
		if n, err = strconv.ParseInt(a.str[0], 10, 32); err != nil || n < 0 {
			return errors.New("want head, first, tail or a number from 0 on")
		}
	}
	a.num = append(a.num, n)
	return nil
}

// htx is the message that is being looked at, in HAProxy's parts. Its last part is the body's bytes where there are any.
type htx struct {
	fields   message.Fields
	body     []byte
	line     [3][]byte
	response bool
	whole    bool
}

// htx is the message of this direction; false where there is none.
func (c *Context) htx() (h htx, ok bool) {
	switch {
	case c.Resp != nil:
		h.fields, h.body, h.response = c.Resp.Fields, c.RespBody, true
		h.whole = c.Resp.Framing == message.NoBody || c.RespBodySize == int64(len(c.RespBody))
		h.line = [3][]byte{stringBytes(versions[min(int(c.Resp.Minor), 1)]), threeDigits(c, c.Resp.Status), c.Resp.Reason}
	case c.InResponse || c.Req == nil:
		return h, false
	default:
		h.fields, h.body = c.Req.Fields, c.ReqBody
		h.whole = c.Req.Framing == message.NoBody || c.ReqBodySize == int64(len(c.ReqBody))
		h.line = [3][]byte{c.Req.Method, c.Req.Target, stringBytes(versions[min(int(c.Req.Minor), 1)])}
	}
	return h, true
}

func threeDigits(c *Context, n int) []byte {
	return c.Arena.Seal(strconv.AppendInt(c.Arena.Open(), int64(n), 10))
}

// blocks is how many parts there are: with the start line and the end of the headers.
func (h *htx) blocks() int64 {
	n := int64(len(h.fields)) + 2
	if len(h.body) > 0 {
		n++
	}
	return n
}

// at is a real index; false where there is no such part.
func (h *htx) at(i int64) (int64, bool) {
	if i == htxTail {
		i = h.blocks() - 1
	}
	return i, i < h.blocks()
}

// field is the field that part i is; nil where it is something else.
func (h *htx) field(i int64) *message.Field {
	if i < 1 || i > int64(len(h.fields)) {
		return nil
	}
	return &h.fields[i-1]
}

func (h *htx) size(i int64) int64 {
	switch f := h.field(i); {
	case f != nil:
		return int64(len(f.Name) + len(f.Value))
	case i == 0:
		return int64(htxStartLine + len(h.line[0]) + len(h.line[1]) + len(h.line[2]))
	case i == int64(len(h.fields))+1:
		return 1
	}
	return int64(len(h.body))
}

func (h *htx) data() (n int64) {
	for i := range h.blocks() {
		n += h.size(i)
	}
	return n
}

func (h *htx) used() int64 { return h.data() + htxBlock*h.blocks() }

func runHTXData(c *Context, _ *args, s *Sample) bool {
	h, ok := c.htx()
	return ok && s.setInt(h.data())
}

func runHTXUsed(c *Context, _ *args, s *Sample) bool {
	h, ok := c.htx()
	return ok && s.setInt(h.used())
}

func runHTXBlocks(c *Context, _ *args, s *Sample) bool {
	h, ok := c.htx()
	return ok && s.setInt(h.blocks())
}

func runHTXEnd(c *Context, _ *args, s *Sample) bool {
	h, ok := c.htx()
	return ok && s.setBool(h.whole)
}

func runHTXSize(c *Context, _ *args, s *Sample) bool {
	_, ok := c.htx()
	n, known := c.ask(BufSize)
	return ok && known && s.setInt(n)
}

// runHTXFree is what is left besides what one more block would take.
func runHTXFree(more int64) func(c *Context, a *args, s *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool {
		h, ok := c.htx()
		n, known := c.ask(BufSize)
		return ok && known && s.setInt(max(n-h.used()-more, 0))
	}
}

func runHTXBlockSize(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	i, there := h.at(a.num[0])
	if !there {
		return ok && s.setInt(0)
	}
	return ok && s.setInt(h.size(i))
}

func runHTXBlockType(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	i, there := h.at(a.num[0])
	name := "HTX_BLK_DATA"
	switch {
	case !there:
		name = "HTX_BLK_UNUSED"
	case i == 0 && h.response:
		name = "HTX_BLK_RES_SL"
	case i == 0:
		name = "HTX_BLK_REQ_SL"
	case h.field(i) != nil:
		name = "HTX_BLK_HDR"
	case i == int64(len(h.fields))+1:
		name = "HTX_BLK_EOH"
	}
	return ok && s.setStr(stringBytes(name))
}

func runHTXBlockData(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	if i, there := h.at(a.num[0]); there && i == int64(len(h.fields))+2 {
		return ok && s.setBin(h.body)
	}
	return ok && s.setBin([]byte{})
}

func runHTXBlockName(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	i, _ := h.at(a.num[0])
	if f := h.field(i); f != nil {
		return ok && s.setStr(f.Name)
	}
	return ok && s.setStr([]byte{})
}

func runHTXBlockValue(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	i, _ := h.at(a.num[0])
	if f := h.field(i); f != nil {
		return ok && s.setStr(f.Value)
	}
	return ok && s.setStr([]byte{})
}

func runHTXBlockLine(c *Context, a *args, s *Sample) bool {
	h, ok := c.htx()
	if i, _ := h.at(a.num[0]); i != 0 {
		return ok && s.setStr([]byte{})
	}
	b := append(append(c.Arena.Open(), h.line[0]...), ' ')
	b = append(append(b, h.line[1]...), ' ')
	return ok && s.setStr(c.Arena.Seal(append(b, h.line[2]...)))
}

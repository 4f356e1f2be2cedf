package http2

import "sync"

// block is where a header block is put together that comes in pieces.
type block struct{ b []byte }

// blocks are used again: a client that is cut off in the midst of a flood of CONTINUATION and comes back, thousands of times a second, would
// leave maxBlock of garbage each time, and the collections would be what the others wait for.
var blocks = sync.Pool{New: func() any { return new(block) }}

func (k *block) len() int {
	if k == nil {
		return 0
	}
	return len(k.b)
}

// collect adds a piece to the block, and returns what there is of it.
func (c *Conn) collect(piece []byte) []byte {
	if c.block == nil {
		c.block = blocks.Get().(*block)
	}
	c.block.b = append(c.block.b, piece...)
	return c.block.b
}

// dropBlock gives up what has been collected.
func (c *Conn) dropBlock() {
	if c.block != nil {
		c.block.b = c.block.b[:0]
		blocks.Put(c.block)
		c.block = nil
	}
}

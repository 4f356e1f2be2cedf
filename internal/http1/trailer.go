package http1

import "weir/internal/message"

// trailers parses the trailer section at the start of buf (RFC 9112, 7.1.2), which is taken when it is complete. It
// returns its octets with the empty line.
func (c *ChunkReader) trailers(buf []byte) (int, error) {
	if err := c.scan.wait(buf, maxTrailerBytes); err != nil {
		return 0, trailerError(err)
	}
	n, err := c.parseTrailers(buf)
	if n, err = c.scan.settle(buf, n, maxTrailerBytes, err); err != nil {
		return 0, trailerError(err)
	}
	return n, nil
}

// parseTrailers adds to c.Trailers when the section is complete.
func (c *ChunkReader) parseTrailers(buf []byte) (int, error) {
	var h head // a trailer says nothing about framing
	if c.Trailers == nil {
		var none [4]message.Field // parsed all the same, and dropped: no allocation for the few that there ever are
		fields := message.Fields(none[:0])
		return parseFields(buf, 0, &fields, maxTrailers, &h)
	}
	fields := *c.Trailers
	n, err := parseFields(buf, 0, &fields, len(fields)+maxTrailers, &h)
	if err == nil {
		*c.Trailers = dropForbidden(fields, len(*c.Trailers))
	}
	return n, err
}

func trailerError(err error) error {
	if err == ErrHeadTooLarge || err == ErrTooManyFields {
		return ErrTrailers
	}
	return err
}

// dropForbidden drops the trailers that would mean something to a recipient that merges them into the head: RFC 9110,
// 6.5.1, forbids those for framing, routing, modifiers, authentication and content. Every well-known name is dropped
// but ETag, which a server may know only at the end; names that are not well known ("grpc-status", "x-checksum") pass.
// HAProxy 2.6 forwards all of them.
func dropForbidden(fields message.Fields, from int) message.Fields {
	kept := from
	for _, f := range fields[from:] {
		if f.ID == message.Unknown || f.ID == message.ETag {
			fields[kept] = f
			kept++
		}
	}
	return fields[:kept]
}

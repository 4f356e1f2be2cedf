package http1

import "weir/internal/message"

// LastChunk ends a body that has no trailers.
const LastChunk = "0\r\n\r\n"

// ChunkOverhead is the most octets that a chunk takes beside its data: 16 digits and two line ends.
const ChunkOverhead = maxChunkDigits + 4

// Continue is the interim response that a client waits for where Request.Expect100 is set.
const Continue = "HTTP/1.1 100 Continue\r\n\r\n"

// AppendChunkHeader begins a chunk of n octets, n > 0. The data and CRLF follow.
func AppendChunkHeader(dst []byte, n int) []byte {
	const digits = "0123456789abcdef"
	shift := 0
	for n>>shift > 0xf {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, digits[n>>shift&0xf])
	}
	return append(dst, '\r', '\n')
}

// AppendChunk writes data as a chunk of its own. Empty data writes nothing: an empty chunk would end the body.
func AppendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	dst = AppendChunkHeader(dst, len(data))
	dst = append(dst, data...)
	return append(dst, '\r', '\n')
}

// AppendLastChunk ends a body with its trailers.
func AppendLastChunk(dst []byte, trailers message.Fields) []byte {
	dst = append(dst, "0\r\n"...)
	for i := range trailers {
		dst = AppendField(dst, trailers[i].Name, trailers[i].Value)
	}
	return append(dst, '\r', '\n')
}

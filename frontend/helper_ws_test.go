package frontend

import (
	"crypto/sha1"
	"encoding/base64"
)

// acceptFor is what a server proves with that it speaks WebSockets (RFC 6455, 1.3).
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

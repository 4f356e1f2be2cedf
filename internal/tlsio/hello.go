package tlsio

// Where things are in a hello (RFC 8446, 4.1.2 and 4.1.3), which comes in one record or several (5.1).
const (
	recordHead   = 5
	messageHead  = 4
	handshakeRec = 22
	changeRec    = 20
	clientHello  = 1
	serverHello  = 2
	randomAt     = messageHead + 2 // behind the message's head and the version
	randomSize   = 32
	sessionAt    = randomAt + randomSize // the length of the session id
)

// retryRandom is the random of a server that asks for another hello (RFC 8446, 4.1.3).
var retryRandom = [randomSize]byte{0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C}

// helloRecords is how much of b, which the client's hello begins, that takes.
func helloRecords(b []byte) (n int) {
	var head [messageHead]byte
	for got := 0; len(b)-n > recordHead; {
		body := b[n+recordHead:]
		body = body[:min(int(b[n+3])<<8|int(b[n+4]), len(body))]
		if n += recordHead + len(body); b[n-recordHead-len(body)] != handshakeRec {
			return n
		}
		copy(head[min(got, messageHead):], body)
		if got += len(body); got >= messageHead && got-messageHead >= int(head[1])<<16|int(head[2])<<8|int(head[3]) {
			return n
		}
	}
	return len(b)
}

// listener hears one side of a handshake until that has said hello. Whatever comes behind it is not looked at: it may be encrypted and
// look like a hello by chance, as the Finished of TLS 1.2 may.
type listener struct {
	head  [recordHead]byte
	nhead int
	left  int // of the record
	msg   [sessionAt + 1 + maxSession]byte
	nmsg  int
	peer  bool // it is the other side, whose session id is kept
	over  bool
}

// hear takes what the side has said next, in pieces as they come.
func (h *listener) hear(b []byte, f *Info) {
	for len(b) > 0 && !h.over {
		if h.left == 0 {
			n := copy(h.head[h.nhead:], b)
			b = b[n:]
			if h.nhead += n; h.nhead < recordHead {
				return
			}
			h.nhead, h.left = 0, int(h.head[3])<<8+int(h.head[4])
			// Between the two hellos of a server that asks for another one there may be a change of ciphers without a meaning (RFC 8446, D.4).
			h.over = h.head[0] != handshakeRec && h.head[0] != changeRec
			continue
		}
		n := min(h.left, len(b))
		if h.head[0] == handshakeRec {
			h.nmsg += copy(h.msg[h.nmsg:], b[:n])
		}
		b, h.left = b[n:], h.left-n
		h.tell(f)
	}
}

// tell notes what the hello says once enough of it is there.
func (h *listener) tell(f *Info) {
	if h.nmsg > 0 && h.msg[0] != clientHello && h.msg[0] != serverHello {
		h.over = true
	}
	if h.over || h.nmsg <= sessionAt || h.nmsg <= sessionAt+int(h.msg[sessionAt]) && h.nmsg < len(h.msg) {
		return
	}
	copy(f.randoms[h.msg[0]-clientHello][:], h.msg[randomAt:])
	if h.peer && int(h.msg[sessionAt]) <= maxSession {
		f.nsess = uint8(copy(f.session[:h.msg[sessionAt]], h.msg[sessionAt+1:]))
	}
	if h.over = h.msg[0] == clientHello || [randomSize]byte(h.msg[randomAt:]) != retryRandom; h.over {
		return
	}
	if h.left == 0 { // another one follows
		h.nmsg = 0
	}
}

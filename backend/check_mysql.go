package backend

import (
	"bytes"
	"encoding/binary"

	"weir/conf"
)

// mysqlSteps greet a MySQL server: its handshake is read, and where a user is given it logs in without a password and leaves.
func mysqlSteps(c *conf.Check) []step {
	if c.User == "" {
		return []step{&answerStep{judge: judgeMySQL}}
	}
	hello := &mysqlVersion{}
	return []step{hello, &dataStep{data: constText(mysqlLogin(c.User, c.OldClient))}, &answerStep{judge: judgeMySQLLogin}, restore{}}
}

// mysqlVersion is the first answer, whose text is what the last one is to say.
type mysqlVersion struct{}

func (*mysqlVersion) run(r *checkRun) (checkResult, bool) {
	res, over := (&answerStep{judge: judgeMySQL}).run(r)
	r.first = res
	return res, over
}

// restore ends a check with the result that was kept.
type restore struct{}

func (restore) run(r *checkRun) (checkResult, bool) { return r.first, true }

// mysqlPacket puts the header of a packet before a payload: 3 bytes of length, and its number.
func mysqlPacket(number byte, payload string) string {
	n := len(payload)
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), number}) + payload
}

// mysqlLogin is a HandshakeResponse, of protocol 4.1 or before, and COM_QUIT.
func mysqlLogin(user string, old bool) string {
	login := "\x00\x80" + "\x00\x00\x01" + user + "\x00\x00"
	if !old {
		// The capabilities PROTOCOL_41 and SECURE_CONNECTION, packets of up to 16 MiB, and utf8.
		login = "\x00\x82\x00\x00" + "\x00\x80\x00\x01" + "\x21" + string(make([]byte, 23)) + user + "\x00\x00"
	}
	return mysqlPacket(1, login) + mysqlPacket(0, "\x01")
}

// cutMySQL returns the payload of the first packet.
func cutMySQL(got []byte) (payload []byte, whole bool) {
	if len(got) < 4 {
		return nil, false
	}
	n := int(got[0]) | int(got[1])<<8 | int(got[2])<<16
	if len(got)-4 < n {
		return nil, false
	}
	return got[4 : 4+n], true
}

// judgeMySQL reads the handshake: a version of the protocol and the server's version as a text, or an error.
func judgeMySQL(got []byte) (checkResult, bool) {
	p, whole := cutMySQL(got)
	if !whole {
		return unsure, false
	}
	if res, is := mysqlError(p); is {
		return res, true
	}
	if len(p) < 2 {
		return wrong(checkL7RSP, -1, "MySQL handshake is too short")
	}
	version, _, ok := bytes.Cut(p[1:], []byte{0})
	if !ok {
		return wrong(checkL7RSP, -1, "MySQL handshake has no version")
	}
	return good(0, string(version))
}

// judgeMySQLLogin reads what came of the login.
func judgeMySQLLogin(got []byte) (checkResult, bool) {
	p, whole := cutMySQL(got)
	if !whole {
		return unsure, false
	}
	if res, is := mysqlError(p); is {
		return res, true
	}
	return good(0, "")
}

// mysqlError reads an ERR packet: 0xff, a number and a text.
func mysqlError(p []byte) (checkResult, bool) {
	if len(p) < 3 || p[0] != 0xff {
		return unsure, false
	}
	return wrong(checkL7STS, int(binary.LittleEndian.Uint16(p[1:])), string(p[3:]))
}

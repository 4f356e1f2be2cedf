package backend

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"

	"weir/conf"
	"weir/internal/loop"
)

// protocolSteps are the steps of the options that know a protocol, after the connect.
func protocolSteps(c *conf.Check) []step {
	switch c.Kind {
	case conf.CheckRedis:
		return []step{&dataStep{data: constText("*1\r\n$4\r\nPING\r\n")}, &answerStep{judge: judgeRedis}}
	case conf.CheckSMTP:
		return smtpSteps(c)
	case conf.CheckMySQL:
		return mysqlSteps(c)
	case conf.CheckPgSQL:
		return []step{&dataStep{data: constText(pgsqlStartup(c.User))}, &answerStep{judge: judgePgSQL}}
	case conf.CheckLDAP:
		return []step{&dataStep{data: constText(ldapBind)}, &answerStep{judge: judgeLDAP}}
	case conf.CheckSSLHello:
		return []step{&dataStep{data: constText(sslHello)}, &answerStep{judge: judgeTLS, silent: checkL6TOUT, bad: checkL6RSP}}
	default: // spop-check
		return []step{&dataStep{data: constText(spopHello)}, &answerStep{judge: judgeSPOP}}
	}
}

// answerStep waits until a function of what has come says what it is.
type answerStep struct {
	// judge is not sure as long as more may come. It keeps nothing of got.
	judge  func(got []byte) (res checkResult, sure bool)
	bad    checkStatus // of an end too early; checkINI = L7RSP
	silent checkStatus // checkINI = L7TOUT
}

func (s *answerStep) run(r *checkRun) (checkResult, bool) {
	for {
		if r.n > 0 {
			if res, sure := s.judge(r.in.B[:r.n]); sure {
				return res, !res.ok()
			}
		}
		err := r.recv()
		switch {
		case err == loop.ErrTimeout && s.silent != checkINI:
			return failed(s.silent, ""), true
		case err == loop.ErrTimeout:
			return failed(checkL7TOUT, ""), true
		case err != nil:
			return s.broken(r, err), true
		}
	}
}

func (s *answerStep) broken(r *checkRun, err error) checkResult {
	if r.reset != nil {
		return failed(checkSOCKERR, errorText(r.reset))
	}
	status, text := s.bad, ""
	if status == checkINI {
		status = checkL7RSP
	}
	if err != io.EOF {
		text = errorText(err)
	}
	return failed(status, text)
}

func good(code int, text string) (checkResult, bool) {
	return checkResult{status: checkL7OK, code: code, text: cut(text)}, true
}

func wrong(status checkStatus, code int, text string) (checkResult, bool) {
	return checkResult{status: status, code: code, text: cut(text)}, true
}

var unsure = checkResult{}

// judgeRedis wants +PONG. Any other whole line is told at once.
func judgeRedis(got []byte) (checkResult, bool) {
	line, whole := cutLine(got)
	switch {
	case !whole:
		return unsure, false
	case string(line) == "+PONG":
		return good(0, "Redis server is ok")
	}
	return wrong(checkL7STS, 0, string(line))
}

// cutLine returns what stands before the first line end.
func cutLine(b []byte) (line []byte, whole bool) {
	line, _, whole = bytes.Cut(b, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), whole
}

func smtpSteps(c *conf.Check) []step {
	hello, domain := c.Hello, c.Domain
	if hello == "" {
		hello = "HELO"
	}
	if domain == "" {
		domain = "localhost"
	}
	return []step{
		&answerStep{judge: judgeSMTP}, &dataStep{data: constText(hello + " " + domain + "\r\n")},
		&answerStep{judge: judgeSMTP}, &dataStep{data: constText("QUIT\r\n")},
		&answerStep{judge: judgeSMTP},
	}
}

// judgeSMTP reads a reply, whose last line has no hyphen behind its code (RFC 5321, 4.2).
func judgeSMTP(got []byte) (checkResult, bool) {
	for {
		line, whole := cutLine(got)
		if !whole {
			return unsure, false
		}
		code, err := strconv.Atoi(string(line[:min(3, len(line))]))
		if err != nil || code < 200 || code > 599 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
			return wrong(checkL7RSP, -1, string(line))
		}
		if len(line) > 3 && line[3] == '-' {
			got = got[bytes.IndexByte(got, '\n')+1:]
			continue
		}
		text := string(bytes.TrimSpace(line[3:]))
		if code/100 != 2 {
			return wrong(checkL7STS, code, text)
		}
		return good(code, text)
	}
}

// pgsqlStartup is a StartupMessage of protocol 3.0: its length, the version, and pairs of names and values.
func pgsqlStartup(user string) string {
	body := "\x00\x03\x00\x00user\x00" + user + "\x00\x00"
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))) + body
}

// judgePgSQL reads the first message: R asks who is there, E is an error with fields of a letter and a text.
func judgePgSQL(got []byte) (checkResult, bool) {
	switch {
	case got[0] == 'R' && len(got) >= 9:
		return good(0, "PostgreSQL server is ok")
	case got[0] == 'R' || got[0] == 'E' && len(got) < 6:
		return unsure, false
	case got[0] != 'E':
		return wrong(checkL7STS, 0, "PostgreSQL unknown error")
	}
	text, _, whole := bytes.Cut(got[6:], []byte{0})
	if !whole {
		return unsure, false
	}
	return wrong(checkL7RSP, -1, string(text))
}

// ldapBind is an anonymous simple bind (RFC 4511, 4.2).
const ldapBind = "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"

// judgeLDAP reads an LDAPMessage with a BindResponse in it (RFC 4511, 4.1.1 and 4.2.2), as BER.
func judgeLDAP(got []byte) (checkResult, bool) {
	const strange = "Not LDAPv3 protocol"
	if got[0] != 0x30 {
		return wrong(checkL7RSP, -1, strange)
	}
	msg, part := cutBER(got)
	if part {
		return unsure, false
	}
	rest := msg
	for _, tag := range []byte{0x02, 0x61, 0x0a} { // messageID, BindResponse, resultCode
		if len(rest) == 0 || rest[0] != tag {
			return wrong(checkL7RSP, -1, strange)
		}
		val, part := cutBER(rest)
		if part {
			return wrong(checkL7RSP, -1, strange)
		}
		switch tag {
		case 0x02:
			rest = rest[berSize(rest, val):]
		case 0x61:
			rest = val
		default:
			if len(val) == 1 && val[0] == 0 {
				return good(0, "Success")
			}
			if len(val) != 1 {
				return wrong(checkL7RSP, -1, strange)
			}
			return wrong(checkL7STS, int(val[0]), "the bind was refused (RFC 4511, 4.1.9)")
		}
	}
	return wrong(checkL7RSP, -1, strange)
}

// cutBER returns the value of the element that b begins with; part is set where it is not all there.
func cutBER(b []byte) (val []byte, part bool) {
	if len(b) < 2 {
		return nil, true
	}
	n, at := int(b[1]), 2
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 4 || len(b) < 2+size {
			return nil, true
		}
		n, at = 0, 2+size
		for _, c := range b[2:at] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || n > len(b)-at {
		return nil, true
	}
	return b[at : at+n], false
}

// berSize is how much of b the element with that value takes.
func berSize(b, val []byte) int {
	if b[1] < 0x80 {
		return 2 + len(val)
	}
	return 2 + int(b[1]&0x7f) + len(val)
}

// sslHello is a ClientHello of SSL 3.0 (RFC 6101, 5.6.1.2) with the ciphers that every server of that time had. A server that
// knows no SSL 3.0 says so with an alert, and that shows that it speaks the protocol.
const sslHello = "\x16\x03\x00\x00\x39" + "\x01\x00\x00\x35" + "\x03\x00" + "weir health check, nothing more." + "\x00" +
	"\x00\x0e" + "\x00\x05\x00\x0a\x00\x2f\x00\x35\x00\x33\x00\x39\x00\x16" + "\x01\x00"

// judgeTLS takes a handshake record or an alert.
func judgeTLS(got []byte) (checkResult, bool) {
	if got[0] == 0x15 || got[0] == 0x16 {
		return checkResult{status: checkL6OK, code: -1}, true
	}
	return wrong(checkL6RSP, -1, "")
}

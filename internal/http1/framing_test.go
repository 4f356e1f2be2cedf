package http1

import (
	"testing"

	"weir/internal/message"
)

func TestRequestFraming(t *testing.T) {
	f := func(fields, want string) {
		t.Helper()
		req, _, err := request("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
		got := verdict(err)
		if err == nil {
			got = framing(req.Framing, req.ContentLength)
		}
		if got != want {
			t.Fatalf("%q: %s; want %s", fields, got, want)
		}
	}
	f("", "none")
	f("Content-Length: 0\r\n", "length 0")
	f("Content-Length: 5\r\n", "length 5")
	f("Content-Length: \t5 \r\n", "length 5")
	f("Content-Length: 999999999999999999\r\n", "length 999999999999999999")
	for _, bad := range []string{
		"", "+5", "-0", "-5", "0x5", "5_0", "5abc", "010", "00", "5.0", "5 5", "5,", ",5", "5,5", "5, 5", "5,6", "1e3", "\xb2", "5\x80", "five",
		"9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999999999", "184467440737095516165",
	} {
		f("Content-Length: "+bad+"\r\n", "bad_content_length")
	}
	f("Content-Length: 5\x0b\r\n", "bad_field_value")
	f("Content-Length: 5\r\nContent-Length: 5\r\n", "many_content_lengths")
	f("Content-Length: 5\r\nContent-Length: 6\r\n", "many_content_lengths")
	f("Content-Length:\r\nContent-Length: 5\r\n", "many_content_lengths") // CVE-2023-40225

	f("Transfer-Encoding: chunked\r\n", "chunked")
	f("Transfer-Encoding: CHUNKED\r\n", "chunked")
	f("Transfer-Encoding: Chunked\t\r\n", "chunked")
	for _, bad := range []string{
		"", "xchunked", "chunkedx", ",chunked", "chunked,", "chunked, identity", "identity", "identity, chunked", "gzip", "gzip, chunked",
		"chunked;ext=1", "chunked, chunked", "\"chunked\"", "chunked\x80", "chun\xe7ked", "x", "c hunked",
	} {
		f("Transfer-Encoding: "+bad+"\r\n", "bad_transfer_encoding")
	}
	f("Transfer-Encoding: \x0bchunked\r\n", "bad_field_value") // CVE-2019-18277
	f("Transfer-Encoding:\r\n chunked\r\n", "obs_fold")
	f("Transfer-Encoding : chunked\r\n", "space_in_field_name")
	f("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "bad_transfer_encoding")
	f("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "bad_transfer_encoding")
	f("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "bad_transfer_encoding")
	f("Transfer_Encoding: chunked\r\n", "none") // another field

	f("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "length_and_coding")
	f("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "length_and_coding")
	f("Transfer-Encoding: chunked\r\nContent-Length: x\r\n", "length_and_coding")
	f("Transfer-Encoding: x\r\nContent-Length: 5\r\n", "length_and_coding")
}

func TestRequestFramingByLine(t *testing.T) {
	f := func(line, field, want string) {
		t.Helper()
		req, _, err := request(line + "\r\nHost: a:80\r\n" + field + "\r\n\r\n")
		got := verdict(err)
		if err == nil {
			got = framing(req.Framing, req.ContentLength)
		}
		if got != want {
			t.Fatalf("%q with %q: %s; want %s", line, field, got, want)
		}
	}
	f("GET / HTTP/1.1", "Content-Length: 5", "length 5")
	f("HEAD / HTTP/1.1", "Transfer-Encoding: chunked", "chunked")
	f("POST / HTTP/1.0", "Content-Length: 5", "length 5")
	f("POST / HTTP/1.0", "Transfer-Encoding: chunked", "coding_in_http10") // CVE-2026-2835
	f("POST / HTTP/1.0", "X: y", "none")                                   // never until close
	f("CONNECT a:80 HTTP/1.1", "Content-Length: 5", "connect_body")
	f("CONNECT a:80 HTTP/1.1", "Transfer-Encoding: chunked", "connect_body")
	f("CONNECT a:80 HTTP/1.1", "X: y", "none")
}

func TestResponseFraming(t *testing.T) {
	f := func(method message.MethodID, status, fields, want string) {
		t.Helper()
		resp, _, err := response("HTTP/1.1 "+status+"\r\n"+fields+"\r\n", method)
		got := verdict(err)
		if err == nil {
			got = framing(resp.Framing, resp.ContentLength)
			if resp.Upgrade {
				got += ", tunnel"
			}
			if resp.KeepAlive {
				got += ", keep-alive"
			}
		}
		if got != want {
			t.Fatalf("%v, %q with %q: %s; want %s", method, status, fields, got, want)
		}
	}
	get, head, connect := message.MethodGet, message.MethodHead, message.MethodConnect
	f(get, "200 OK", "Content-Length: 5\r\n", "length 5, keep-alive")
	f(get, "200 OK", "Content-Length: 5\r\nConnection: close\r\n", "length 5")
	f(get, "200 OK", "Transfer-Encoding: chunked\r\n", "chunked, keep-alive")
	f(get, "200 OK", "", "until close")
	f(get, "205 Reset", "", "until close")
	f(get, "200 OK", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "length_and_coding")
	f(get, "200 OK", "Content-Length: 5\r\nContent-Length: 5\r\n", "many_content_lengths")
	f(get, "200 OK", "Content-Length: 5\r\nContent-Length: 6\r\n", "many_content_lengths")
	f(get, "200 OK", "Content-Length: -5\r\n", "bad_content_length")
	f(get, "200 OK", "Transfer-Encoding: gzip\r\n", "bad_transfer_encoding")
	f(get, "200 OK", "Transfer-Encoding: gzip, chunked\r\n", "bad_transfer_encoding")

	f(head, "200 OK", "Content-Length: 5\r\n", "none, keep-alive")
	f(head, "200 OK", "Transfer-Encoding: chunked\r\n", "none, keep-alive")
	f(head, "200 OK", "", "none, keep-alive")
	f(head, "200 OK", "Content-Length: x\r\n", "bad_content_length")
	f(get, "304 Not Modified", "Content-Length: 5\r\n", "none, keep-alive")
	f(get, "304 Not Modified", "", "none, keep-alive")
	f(get, "204 No Content", "", "none, keep-alive")
	f(get, "204 No Content", "Content-Length: 0\r\n", "none, keep-alive")
	f(get, "204 No Content", "Content-Length: 5\r\n", "none") // the body may come all the same
	f(get, "204 No Content", "Transfer-Encoding: chunked\r\n", "none")
	f(get, "100 Continue", "Content-Length: 5\r\n", "none, keep-alive")
	f(get, "103 Early Hints", "Transfer-Encoding: chunked\r\n", "none, keep-alive")

	f(get, "101 Switching", "Connection: upgrade\r\nUpgrade: foo\r\n", "none, tunnel")
	f(get, "101 Switching", "Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 5\r\n", "none, tunnel")
	f(get, "101 Switching", "Upgrade: foo\r\n", "bad_upgrade")
	f(get, "101 Switching", "Connection: upgrade\r\n", "bad_upgrade")
	f(get, "101 Switching", "Connection: upgrade\r\nUpgrade:\r\n", "bad_upgrade")
	f(get, "101 Switching", "", "bad_upgrade")
	f(get, "200 OK", "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 0\r\n", "length 0, keep-alive")
	f(connect, "200 OK", "Content-Length: 5\r\n", "none, tunnel")
	f(connect, "200 OK", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "none, tunnel")
	f(connect, "407 Auth", "Content-Length: 5\r\n", "length 5, keep-alive")
}

func TestResponseFraming10(t *testing.T) {
	f := func(fields, want string, keepAlive bool) {
		t.Helper()
		resp, _, err := response("HTTP/1.0 200 OK\r\n"+fields+"\r\n", message.MethodGet)
		got := verdict(err)
		if err == nil {
			got = framing(resp.Framing, resp.ContentLength)
		}
		if got != want || resp.KeepAlive != keepAlive {
			t.Fatalf("%q: %s, keep-alive %v; want %s, %v", fields, got, resp.KeepAlive, want, keepAlive)
		}
	}
	f("Content-Length: 5\r\n", "length 5", false)
	f("Content-Length: 5\r\nConnection: keep-alive\r\n", "length 5", true)
	f("Connection: keep-alive\r\n", "until close", false)
	f("Transfer-Encoding: chunked\r\n", "coding_in_http10", false)
}

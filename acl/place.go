package acl

import (
	"strings"

	"weir/conf"
)

// need is what a fetch must be able to look at: kinds of places where it works.
type need uint16

const (
	needProcess    need = 1 << iota // something that runs: nothing but a configuration and its checks has it not
	needConn                        // a connection, a health check's too
	needClient                      // the client's connection and its frontend
	needSession                     // the client's connection with its handshakes over
	needReqKept                     // what is kept of the request to the end: its method, version and captures
	needContents                    // what is being sent, in either direction
	needReqHead                     // request headers, as long as they may still be changed
	needReqBody                     // request body bytes
	needBackend                     // the backend must have been chosen
	needSent                        // something is sent to a server
	needServer                      // the server must have been chosen
	needServerConn                  // the server's connection must be there
	needResKept                     // what is kept of the response to the end: its status, times
	needResHead                     // response headers
	needResBody                     // response body bytes
)

// columns are the kinds of places that HAProxy's list of fetches tells apart, in its order.
type columns uint32

// Columns is how many there are.
const Columns = 22

// from is the columns from the first to the last.
func from(first, last int) columns { return 1<<(last+1) - 1<<first }

// needs are the bits of need: how messages name them, and the columns that have them.
var needs = [...]struct {
	name string
	in   columns
}{
	{"a running process", from(0, 19) | from(21, 21)},
	{"a connection", from(0, 19)},
	{"a client connection", from(0, 18)},
	{"a client's session", from(1, 18)},
	{"the request", from(2, 18)},
	{"contents", from(2, 17) | from(19, 19)},
	{"HTTP request headers", from(2, 10)},
	{"the request body", from(2, 10)},
	{"the backend", from(6, 19)},
	{"what goes to the server", from(9, 18)},
	{"the server", from(10, 19)},
	{"the server's connection", from(11, 19)},
	{"the response", from(11, 19)},
	{"HTTP response headers", from(11, 17) | from(19, 19)},
	{"the response body", from(11, 17) | from(19, 19)},
}

func (n need) String() string {
	var out []string
	for i := range needs {
		if n&(1<<i) != 0 {
			out = append(out, needs[i].name)
		}
	}
	return strings.Join(out, ", ")
}

// columns is where everything of n is there.
func (n need) columns() columns {
	c := from(0, Columns-1)
	for i := range needs {
		if n&(1<<i) != 0 {
			c &= needs[i].in
		}
	}
	return c
}

// Place is where in a stream's life an expression runs: it decides which fetches can work there.
type Place uint8

const (
	Anywhere       Place = iota // no check is made
	InTCPConn                   // tcp-request connection: nothing but the connection
	InTCPSession                // tcp-request session
	InTCPContent                // tcp-request content
	InBackendTCP                // the backend's tcp-request content
	InHTTPRequest               // http-request, redirect, use_backend
	InBackendReq                // the backend's http-request
	InUseServer                 // use-server, balance
	InServerConn                // what a server's connection is begun with: its source, sni, PROXY header
	InTCPResponse               // tcp-response content
	InHTTPResponse              // http-response, http-after-response
	InLog                       // log formats
	InCheck                     // health checks
	InProcess                   // what is evaluated without any connection: the global section, the stats socket
)

var places = [...]struct {
	name string
	in   columns
}{
	Anywhere:       {"anywhere", from(0, Columns-1)},
	InTCPConn:      {"a tcp-request connection rule", from(0, 0)},
	InTCPSession:   {"a tcp-request session rule", from(1, 1)},
	InTCPContent:   {"a tcp-request content rule", from(2, 2)},
	InBackendTCP:   {"a backend's tcp-request content rule", from(6, 6)},
	InHTTPRequest:  {"an http-request rule", from(3, 5)},
	InBackendReq:   {"a backend's request rule", from(7, 8)},
	InUseServer:    {"what chooses a server", from(9, 9)},
	InServerConn:   {"what begins a server's connection", from(10, 10)},
	InTCPResponse:  {"a tcp-response content rule", from(11, 11) | from(15, 15)},
	InHTTPResponse: {"an http-response rule", from(12, 13) | from(16, 17)},
	InLog:          {"a log format", from(18, 18)},
	InCheck:        {"a health check", from(19, 19)},
	InProcess:      {"the process alone", from(20, 21)},
}

// RequestPlace is where the request rules of a section run: its tcp-request content rules, or its HTTP ones. A listen section is a
// backend too.
func RequestPlace(k conf.Kind, tcp bool) Place {
	switch back := k&conf.Backend != 0; {
	case tcp && back:
		return InBackendTCP
	case tcp:
		return InTCPContent
	case back:
		return InBackendReq
	}
	return InHTTPRequest
}

// String is how messages name the place.
func (p Place) String() string { return places[p].name }

// lacks is what n needs and p has not.
func (p Place) lacks(n need) (lacks need) {
	if p == Anywhere {
		return 0
	}
	for i := range needs {
		if bit := need(1 << i); n&bit != 0 && needs[i].in&places[p].in == 0 {
			lacks |= bit
		}
	}
	return lacks
}

package acl

import "strings"

// need is what a fetch must be able to look at.
type need uint16

const (
	needClient  need = 1 << iota // the client connection and its frontend
	needBackend                  // the backend must have been chosen
	needServer                   // the server must have been chosen
	needReqHead                  // request headers, as long as they may still be changed
	needReqBody                  // request body bytes
	needResHead
	needResBody
	needReqKept // the request's method, version and captures, which are kept to the end
)

var needNames = []string{
	"a client connection", "the backend", "the server", "HTTP request headers", "the request body",
	"HTTP response headers", "the response body", "the request",
}

func (n need) String() string {
	var out []string
	for i, name := range needNames {
		if n&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// Place is where in a stream's life an expression runs: it decides which fetches can work there.
type Place uint8

const (
	Anywhere       Place = iota // no check is made
	InTCPConn                   // tcp-request connection: nothing but the connection
	InTCPContent                // tcp-request content
	InHTTPRequest               // http-request, redirect, use_backend
	InBackendReq                // the backend's http-request, balance, use-server
	InHTTPResponse              // http-response, http-after-response
	InLog                       // log formats
	InProcess                   // what is evaluated without any connection: the global section, the stats socket
)

var places = [...]struct {
	name string
	has  need
}{
	Anywhere:       {"anywhere", ^need(0)},
	InTCPConn:      {"a tcp-request connection rule", needClient},
	InTCPContent:   {"a tcp-request content rule", needClient | needReqHead | needReqBody | needReqKept},
	InHTTPRequest:  {"an http-request rule", needClient | needReqHead | needReqBody | needReqKept},
	InBackendReq:   {"a backend's request rule", needClient | needBackend | needReqHead | needReqBody | needReqKept},
	InHTTPResponse: {"an http-response rule", needClient | needBackend | needServer | needResHead | needResBody | needReqKept},
	InProcess:      {"the process alone", 0},
	InLog:          {"a log format", needClient | needBackend | needServer | needResHead | needReqKept},
}

// String is how messages name the place.
func (p Place) String() string { return places[p].name }

// lacks is what n needs and p has not.
func (p Place) lacks(n need) need { return n &^ places[p].has }

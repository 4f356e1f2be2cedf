package http1

import (
	"fmt"
	"io"
	"strings"

	"weir/internal/message"
)

// verdict is an error in a word: "ok", "incomplete", "eof" or the Reason.
func verdict(err error) string {
	switch e := err.(type) {
	case nil:
		return "ok"
	case *Error:
		return e.Reason
	}
	if err == io.EOF {
		return "eof"
	}
	if err == ErrIncomplete {
		return "incomplete"
	}
	return "unexpected: " + err.Error()
}

// request parses a head of its own copy of s.
func request(s string) (*message.Request, int, error) {
	req := new(message.Request)
	n, err := ParseRequest([]byte(s), req, DefaultLimits)
	return req, n, err
}

func response(s string, method message.MethodID) (*message.Response, int, error) {
	resp := new(message.Response)
	n, err := ParseResponse([]byte(s), resp, method, DefaultLimits)
	return resp, n, err
}

// framing is the decision in a word or two.
func framing(f message.Framing, length int64) string {
	switch f {
	case message.Length:
		return fmt.Sprintf("length %d", length)
	case message.Chunked:
		return "chunked"
	case message.UntilClose:
		return "until close"
	}
	return "none"
}

func fieldsText(fields message.Fields) string {
	var s []string
	for _, f := range fields {
		hop := ""
		if f.Hop {
			hop = "!"
		}
		s = append(s, fmt.Sprintf("%s%s=%s", hop, f.Name, f.Value))
	}
	return strings.Join(s, "|")
}

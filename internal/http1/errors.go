package http1

import "errors"

// ErrIncomplete says that the bytes are good so far and that more are needed.
var ErrIncomplete = errors.New("the message is incomplete")

// Error is why a message is refused. Errors are shared, immutable values: compare them by pointer.
type Error struct {
	Status  int    // what a request is answered; a bad response is answered 502 whatever it says here
	Reason  string // for counters: lower_snake, stable
	Section string // where the rule is written
	Text    string // for people
}

// Error is the sentence with its source.
func (e *Error) Error() string { return e.Text + " (" + e.Section + ")" }

// The rows. HAProxy answers 400 to nearly all of them, and so does Weir.
var (
	ErrHeadTooLarge  = &Error{400, "head_too_large", "RFC 9112, 3", "the head is larger than the limit"}
	ErrTooManyFields = &Error{400, "too_many_fields", "RFC 9110, 5.4", "there are more header fields than the limit"}
	ErrBareLF        = &Error{400, "bare_lf", "RFC 9112, 2.2", "a line ends with LF alone"}
	ErrBareCR        = &Error{400, "bare_cr", "RFC 9112, 2.2", "a CR is not followed by LF"}

	ErrEmptyLines   = &Error{400, "empty_lines", "RFC 9112, 2.2", "too many empty lines stand before the request line"}
	ErrLeadingSpace = &Error{400, "leading_space", "RFC 9112, 2.2", "the message begins with white space"}
	ErrMethod       = &Error{400, "bad_method", "RFC 9112, 3.1", "the method is not a token of at most 32 octets followed by one space"}
	ErrTarget       = &Error{400, "bad_target", "RFC 9112, 3.2", "the request-target is in none of the forms that its method allows"}
	ErrTargetChar   = &Error{400, "bad_target_char", "RFC 9112, 3.2", "the request-target holds a character that must be percent-encoded"}
	ErrVersion      = &Error{400, "bad_version", "RFC 9112, 2.3", "the version is not HTTP/1.0 or HTTP/1.1"}
	ErrStatus       = &Error{400, "bad_status", "RFC 9112, 4", "the status is not three digits from 100 to 999"}
	ErrReason       = &Error{400, "bad_reason", "RFC 9112, 4", "the reason phrase holds a control character"}

	ErrEmptyName   = &Error{400, "empty_field_name", "RFC 9110, 5.1", "a field has no name"}
	ErrNameChar    = &Error{400, "bad_field_name", "RFC 9110, 5.1", "a field name is not a token"}
	ErrLongName    = &Error{400, "long_field_name", "RFC 9110, 5.4", "a field name has more than 255 octets"}
	ErrNameSpace   = &Error{400, "space_in_field_name", "RFC 9112, 5.1", "white space stands in or after a field name"}
	ErrNoColon     = &Error{400, "no_colon", "RFC 9112, 5", "a field line has no colon"}
	ErrFold        = &Error{400, "obs_fold", "RFC 9112, 5.2", "a field line is folded"}
	ErrValueChar   = &Error{400, "bad_field_value", "RFC 9110, 5.5", "a field value holds a control character"}
	ErrNoHost      = &Error{400, "no_host", "RFC 9112, 3.2", "the request has no Host field"}
	ErrHosts       = &Error{400, "many_hosts", "RFC 9112, 3.2", "the request has more than one Host field"}
	ErrHost        = &Error{400, "bad_host", "RFC 9110, 4.2.1", "the host is not a name or an address with an optional port"}
	ErrHostDiffers = &Error{400, "host_differs", "RFC 9112, 3.2.2", "the Host field and the request-target name different hosts"}
	ErrConnection  = &Error{400, "connection_options", "RFC 9110, 7.6.1", "Connection lists more than 32 options"}
	ErrExpect      = &Error{417, "bad_expect", "RFC 9110, 10.1.1", "Expect asks for something else than 100-continue"}
	// ErrPayload10 is answered as by HAProxy: whoever passes such a request on may lead to two readings of it.
	ErrPayload10 = &Error{413, "http10_payload", "RFC 9112, 9.3", "a GET, HEAD or DELETE of HTTP/1.0 has a body, which old servers take for the next request"}
	ErrUpgrade   = &Error{400, "bad_upgrade", "RFC 9110, 15.2.2", "a 101 response names no protocol in Upgrade and Connection"}

	ErrLength          = &Error{400, "bad_content_length", "RFC 9112, 6.3", "Content-Length is not one decimal number without leading zeros"}
	ErrLengths         = &Error{400, "many_content_lengths", "RFC 9112, 6.3", "there is more than one Content-Length"}
	ErrLengthAndCoding = &Error{400, "length_and_coding", "RFC 9112, 6.1", "Content-Length and Transfer-Encoding are both present"}
	ErrCoding          = &Error{400, "bad_transfer_encoding", "RFC 9112, 6.1", "Transfer-Encoding is not exactly chunked"}
	ErrCodingVersion   = &Error{400, "coding_in_http10", "RFC 9112, 6.1", "Transfer-Encoding is present in an HTTP/1.0 message"}
	ErrConnectBody     = &Error{400, "connect_body", "RFC 9110, 9.3.6", "a CONNECT request has a body"}

	ErrChunkSize    = &Error{400, "bad_chunk_size", "RFC 9112, 7.1", "a chunk size is not 1 to 16 hexadecimal digits"}
	ErrChunkLine    = &Error{400, "bad_chunk_line", "RFC 9112, 7.1", "a chunk size is followed by neither CRLF nor an extension"}
	ErrChunkExt     = &Error{400, "bad_chunk_ext", "RFC 9112, 7.1.1", "a chunk extension holds a control character"}
	ErrChunkExtSize = &Error{400, "chunk_ext_too_large", "RFC 9112, 7.1.1", "the chunk extensions are larger than the limit"}
	ErrChunkEnd     = &Error{400, "bad_chunk_end", "RFC 9112, 7.1", "the data of a chunk is not followed by CRLF"}
	ErrTrailers     = &Error{400, "trailers_too_large", "RFC 9112, 7.1.2", "the trailer section is larger than the limit"}
)

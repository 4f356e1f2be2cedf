package http2

import "fmt"

// ErrCode is why a stream or a connection ends (RFC 9113, 7).
type ErrCode uint32

const (
	NoError            ErrCode = 0x0
	ProtocolError      ErrCode = 0x1
	InternalError      ErrCode = 0x2
	FlowControlError   ErrCode = 0x3
	SettingsTimeout    ErrCode = 0x4
	StreamClosed       ErrCode = 0x5
	FrameSizeError     ErrCode = 0x6
	RefusedStream      ErrCode = 0x7
	Cancel             ErrCode = 0x8
	CompressionError   ErrCode = 0x9
	ConnectError       ErrCode = 0xa
	EnhanceYourCalm    ErrCode = 0xb
	InadequateSecurity ErrCode = 0xc
	HTTP11Required     ErrCode = 0xd
)

var codeNames = [...]string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR",
	"REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

// String is the RFC's name.
func (c ErrCode) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("error %#x", uint32(c))
}

// Error is a connection error: GOAWAY has been queued, and nothing more is read. Rows are shared, immutable values.
type Error struct {
	Code   ErrCode
	Reason string // for counters: lower_snake, stable
	Text   string // for people
}

func (e *Error) Error() string { return e.Text + " (" + e.Code.String() + ")" }

// The connection errors.
var (
	errPreface       = &Error{ProtocolError, "h2_preface", "the connection does not begin with the client's preface"}
	errFirstFrame    = &Error{ProtocolError, "h2_first_frame", "the first frame is not SETTINGS"}
	errFrameSize     = &Error{FrameSizeError, "h2_frame_size", "a frame is larger than this side takes"}
	errControlSize   = &Error{FrameSizeError, "h2_control_size", "a control frame has the wrong size"}
	errPadding       = &Error{ProtocolError, "h2_padding", "padding is as long as its frame or longer"}
	errStreamID      = &Error{ProtocolError, "h2_stream_id", "a frame is on a stream that its type has no place on"}
	errIdle          = &Error{ProtocolError, "h2_idle_stream", "a frame is on a stream that was never opened"}
	errOldStream     = &Error{StreamClosed, "h2_closed_stream", "HEADERS opens a stream that was closed"}
	errContinuation  = &Error{ProtocolError, "h2_continuation", "a header block is interrupted, or CONTINUATION comes without one"}
	errFlood         = &Error{EnhanceYourCalm, "h2_continuation_flood", "a header block has too many frames or octets"}
	errBomb          = &Error{EnhanceYourCalm, "h2_header_bomb", "a head is many times as large as is taken"}
	errPush          = &Error{ProtocolError, "h2_push", "a client sends PUSH_PROMISE"}
	errPushed        = &Error{ProtocolError, "h2_push", "a server pushes though it was told not to"}
	errGoAway        = &Error{FrameSizeError, "h2_control_size", "GOAWAY is too short"}
	errCompression   = &Error{CompressionError, "h2_compression", "a header block cannot be decoded"}
	errSettings      = &Error{ProtocolError, "h2_settings", "a setting has a value that it must not have"}
	errSettingsAck   = &Error{FrameSizeError, "h2_settings_ack", "an acknowledgement of SETTINGS has a payload"}
	errWindowSetting = &Error{FlowControlError, "h2_window_setting", "a window is set beyond its limit"}
	errWindow        = &Error{FlowControlError, "h2_window", "the connection's window grows beyond its limit or is overrun"}
	errNoIncrement   = &Error{ProtocolError, "h2_no_increment", "WINDOW_UPDATE of the connection by 0"}
	errResets        = &Error{EnhanceYourCalm, "h2_rapid_reset", "the client opens streams only to reset them"}
	errViolations    = &Error{EnhanceYourCalm, "h2_made_you_reset", "too many streams had to be reset for what the peer did on them"}
	errBudget        = &Error{EnhanceYourCalm, "h2_flood", "the peer sends frames that ask for nothing"}
	errOutput        = &Error{EnhanceYourCalm, "h2_unread", "the peer asks for answers and does not read them"}
	errGlitches      = &Error{EnhanceYourCalm, "h2_glitches", "the connection has reached its limit of glitches"}
)

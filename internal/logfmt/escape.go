package logfmt

const hexDigits = "0123456789ABCDEF"

// What must not stand as it is in a line, by place (HAProxy manual, 8.6): outside of 32..126 nothing ever does.
type set [256]bool

var (
	inRequest = unprintable(`#"`)
	inHeader  = unprintable(`#"{|}`)
	// HAProxy leaves '#' and '"' alone in cookies, so halog expects them so. Weir differs in one thing: bytes outside of
	// 32..126, which HAProxy writes raw here, are escaped, for a line must never hold what a terminal acts on.
	inCookie = unprintable("")
	inText   = unprintable(`#"`)
	// controls are what is escaped of a sample's text: bytes above 126 may be UTF-8.
	controls = func() *set {
		s := unprintable("")
		for c := 128; c < 256; c++ {
			s[c] = false
		}
		return s
	}()
)

func unprintable(more string) *set {
	s := new(set)
	for c := range s {
		s[c] = c < 32 || c > 126
	}
	for _, c := range []byte(more) {
		s[c] = true
	}
	return s
}

// appendEscaped appends text with every byte of s as "#XX".
func appendEscaped(dst, text []byte, s *set) []byte {
	from := 0
	for i, c := range text {
		if s[c] {
			dst = append(dst, text[from:i]...)
			dst = append(dst, '#', hexDigits[c>>4], hexDigits[c&15])
			from = i + 1
		}
	}
	return append(dst, text[from:]...)
}

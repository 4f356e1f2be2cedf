package e2e

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxHead bounds what a test peer reads as one message head.
const maxHead = 1 << 20

// field is one header or trailer field as it stood on the wire.
type field struct{ name, value string }

// httpMessage is a request or response as a peer of the proxy read it: leniently, so that the expects judge and not the reader.
type httpMessage struct {
	start    string
	raw      []byte // the head's bytes
	fields   []field
	body     []byte
	trailers []field
	framing  string // "none", "length", "chunked", "close"
}

// get returns the values of every field of that name.
func get(fields []field, name string) (values []string) {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

func (m *httpMessage) word(i int) string {
	words := strings.SplitN(m.start, " ", 3)
	if i < len(words) {
		return words[i]
	}
	return ""
}

// readHead reads up to the blank line.
func readHead(br *bufio.Reader) (*httpMessage, error) {
	m := &httpMessage{framing: "none"}
	for {
		line, err := br.ReadString('\n')
		m.raw = append(m.raw, line...)
		if err != nil {
			return m, fmt.Errorf("after %d bytes of a head (%q): %w", len(m.raw), clip(m.raw), err)
		}
		if len(m.raw) > maxHead {
			return m, fmt.Errorf("head longer than %d bytes", maxHead)
		}
		line = strings.TrimRight(line, "\r\n")
		if m.start == "" && line == "" {
			continue
		}
		if line == "" {
			return m, nil
		}
		if m.start == "" {
			m.start = line
			continue
		}
		m.fields = append(m.fields, parseField(line))
	}
}

func parseField(line string) field {
	name, value, _ := strings.Cut(line, ":")
	return field{name, strings.Trim(value, " \t")}
}

// readBody reads what the head announces. noBody is set for a response to HEAD; response tells which of the two it is.
func (m *httpMessage) readBody(br *bufio.Reader, response, noBody bool) error {
	status := m.word(1)
	if response && (noBody || status == "204" || status == "304" || strings.HasPrefix(status, "1")) {
		return nil
	}
	te, cl := get(m.fields, "Transfer-Encoding"), get(m.fields, "Content-Length")
	switch {
	case len(te) > 0:
		m.framing = "chunked"
		return m.readChunks(br)
	case len(cl) > 0:
		m.framing = "length"
		n, err := strconv.Atoi(cl[0])
		if err != nil {
			return err
		}
		m.body = make([]byte, n)
		got, err := io.ReadFull(br, m.body)
		m.body = m.body[:got]
		return err
	case response:
		m.framing = "close"
		body, err := io.ReadAll(br)
		m.body = body
		return err
	}
	return nil
}

func (m *httpMessage) readChunks(br *bufio.Reader) error {
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if err != nil {
			return fmt.Errorf("chunk size %q", line)
		}
		if n == 0 {
			return m.readTrailers(br)
		}
		data := make([]byte, n+2)
		if _, err := io.ReadFull(br, data); err != nil {
			return err
		}
		if string(data[n:]) != "\r\n" {
			return fmt.Errorf("chunk of %d bytes ends with %q", n, data[n:])
		}
		m.body = append(m.body, data[:n]...)
	}
}

func (m *httpMessage) readTrailers(br *bufio.Reader) error {
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return nil
		}
		m.trailers = append(m.trailers, parseField(line))
	}
}

// clip shortens bytes for a message.
func clip(b []byte) []byte {
	const most = 300
	if len(b) > most {
		return b[:most]
	}
	return b
}

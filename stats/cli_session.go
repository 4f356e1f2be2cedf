package stats

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"go.uber.org/zap"
)

// cliSession is one connection to a stats socket. In the way it begins, one line of commands is answered, with those that came together with
// it, and the connection closes; "prompt" makes it interactive: every answer is followed by an empty line and "> ".
type cliSession struct {
	server  *Server
	socket  *cliSocket
	conn    net.Conn
	in      *bufio.Reader
	peer    string
	level   Level
	timeout time.Duration
	prompt  bool
	quit    bool
	shows   Severity        // "set severity-output"
	began   bool            // it has sent a line
	strange bool            // what follows the line may be no commands
	modes   map[string]bool // by "experimental-mode" and "expert-mode"
	anon    uint32          // the key of "set anon on"; 0 = names are shown as they are
}

func newCLISession(s *Server, cs *cliSocket, c net.Conn) *cliSession {
	return &cliSession{server: s, socket: cs, conn: c, in: bufio.NewReaderSize(c, lineBuffer), peer: peerOf(c), level: cs.Level, timeout: cs.Timeout, shows: cs.Severity}
}

// lineBuffer is how much may come together: as HAProxy's buffer.
const lineBuffer = 16 << 10

var errLineTooLong = errors.New("Command line too long.")

// run answers lines until the peer, the mode or a timeout ends it.
func (s *cliSession) run() {
	for {
		line, err := s.readLine(maxLine)
		if errors.Is(err, errLineTooLong) {
			s.answer([]byte(err.Error() + "\n"))
			break
		}
		if line == "" && err != nil {
			return // closed, or idle for too long: nobody waits for an answer
		}
		if !s.doLine(line) || err != nil {
			break
		}
	}
	s.drain()
}

// doLine runs the commands of a line and says whether to read another.
func (s *cliSession) doLine(line string) bool {
	first := !s.began
	if s.began = true; !first && !s.prompt && strings.TrimSpace(line) == "" {
		return s.more() // an empty line behind commands asks for nothing
	}
	l, err := parseLine(line)
	if err != nil {
		return s.answer([]byte(err.Error()+"\n")) && s.prompt
	}
	var payload []string
	if l.payload {
		// Whatever follows is data and must not be run as commands.
		if payload, err = s.readPayload(l.end); err != nil {
			s.answer([]byte(errPayloadTooLong.Error() + "\n"))
			return false
		}
	}
	s.strange = l.payload // an empty line in the midst of it has ended it: what follows may be the rest
	for i, words := range l.commands {
		// It is the last command's.
		mine := l.payload && i == len(l.commands)-1
		out := s.exec(words, mine, payload)
		if s.quit {
			return false
		}
		if !s.answer(out) {
			return false
		}
	}
	return s.more()
}

// more says whether to read another line. What has come together with a line is answered too, though nothing is waited for: "printf 'disable
// server b/s1\ndisable server b/s2\n' | socat" means both. Nothing is done behind a line that is no command: the body of a request that a
// browser was talked into sending to a TCP socket stands behind such lines; nor behind a payload.
func (s *cliSession) more() bool { return s.prompt || !s.strange && s.in.Buffered() > 0 }

// exec runs one command. A panic ends the command, not the process.
func (s *cliSession) exec(words []string, hasPayload bool, payload []string) (out []byte) {
	ctx, cancel := context.WithTimeout(s.server.ctx, sourceTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.server.config().Log.Error("stats socket: BUG: command panicked", zap.Strings("command", words), zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			out = []byte("Internal error.\n")
		}
	}()
	// There is one process: a prefix that names the one that a master is to ask says nothing here ("@1 show info").
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		if words = words[1:]; len(words) == 0 {
			return nil
		}
	}
	cmd, args := findCommand(words)
	if cmd == nil {
		s.strange = true
		if err := refused(words); err != nil {
			return append(append(s.shows.mark(nil, severityError), err.Error()...), '\n')
		}
		return append(s.shows.mark(nil, severityInfo), unknownCommand(words, s.server.config().Admin)...)
	}
	c := &call{ctx: ctx, session: s, source: s.server.config().Source, admin: s.server.config().Admin, args: args, text: strings.Join(args, " ")}
	result := "done"
	switch {
	case !s.mayRun(cmd):
		c.fail("Permission denied")
		result = "denied"
	case hasPayload && !cmd.takesPayload():
		c.fail("This command takes no payload.")
		result = "refused"
	default:
		if hasPayload {
			c.payload = payload
		}
		if err := cmd.run(c); err != nil {
			c.fail(err.Error())
			result = err.Error()
		}
	}
	if cmd.audit || result == "denied" {
		s.audit(words, result)
	}
	if c.bare {
		return bytes.TrimSuffix(c.out, []byte{'\n'})
	}
	return c.out
}

// audit leaves a line for every command that changes something or was denied.
func (s *cliSession) audit(words []string, result string) {
	command := strings.Join(words, " ")
	if len(command) > maxAudit {
		command = command[:maxAudit] + "..."
	}
	s.server.config().Log.Info("stats socket: command", zap.String("socket", s.socket.Address), zap.String("peer", s.peer),
		zap.Stringer("level", s.level), zap.String("command", command), zap.String("result", result))
}

// answer sends one command's output in the manner of the mode. It returns false when the peer does not take it.
func (s *cliSession) answer(out []byte) bool {
	out = append(out, '\n')
	if s.prompt {
		out = append(out, "> "...)
	}
	return s.write(out)
}

func (s *cliSession) write(out []byte) bool {
	for len(out) > 0 {
		n := min(len(out), writeChunk)
		s.conn.SetWriteDeadline(time.Now().Add(s.timeout))
		if _, err := s.conn.Write(out[:n]); err != nil {
			return false
		}
		out = out[n:]
	}
	return true
}

// readLine reads up to a line feed, at most limit bytes. The whole line must come within the timeout: a byte now and
// then does not hold a connection. At the end of input it returns what was left, with io.EOF.
func (s *cliSession) readLine(limit int) (string, error) {
	s.conn.SetReadDeadline(time.Now().Add(s.timeout))
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return "", errLineTooLong
		}
		line = append(line, part...)
		if err == nil || err == io.EOF {
			return string(line), err
		}
		if err != bufio.ErrBufferFull {
			return "", err
		}
	}
}

var errPayload = errors.New("payload too long or cut off")

// readPayload reads lines up to an empty one, or up to the one that the mark has named.
func (s *cliSession) readPayload(end string) ([]string, error) {
	var lines []string
	for size := 0; size <= s.maxPayload(); {
		if s.prompt && !s.write([]byte("+ ")) {
			return nil, errPayload
		}
		line, err := s.readLine(maxLine)
		if err != nil {
			return nil, errPayload
		}
		if line = strings.TrimRight(line, "\r\n"); line == end {
			return lines, nil
		}
		lines = append(lines, line)
		size += len(line) + 1
	}
	return nil, errPayload
}

// maxPayload is how much may follow "<<".
func (s *cliSession) maxPayload() int {
	if n := s.server.config().Payload; n > 0 {
		return n
	}
	return maxPayload
}

// drain lets the peer take the last answer before the connection closes on what it still sends.
func (s *cliSession) drain() {
	if w, ok := s.conn.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
	s.conn.SetReadDeadline(time.Now().Add(drainTime))
	io.CopyN(io.Discard, s.conn, drainBytes)
}

package backend

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// secured is the TLS of a server; the zero value is none.
type secured struct {
	conf    *tlsconf.Server // nil = neither streams nor checks speak TLS
	streams atomic.Bool     // which "set server ssl" changes where there is a conf
	opt     tlsio.Options
	trust   atomic.Uint32 // how often what handshakes go by has changed
	failed  atomic.Uint64 // handshakes
	said    atomic.Int64  // unix nanoseconds of the last word about one
}

// UseTLS makes the TLS of the servers. It is called before Start.
func (b *Backend) UseTLS(store *tlsconf.Store, opt tlsio.Options) error {
	opt.KeepHello = 0 // it is for what clients say
	b.store, b.secure = store, opt
	var errs []error
	for _, s := range b.Servers() {
		errs = append(errs, s.useTLS())
	}
	return errors.Join(errs...)
}

func (s *Server) useTLS() error {
	if !s.b.conf.SpeaksTLS(s.conf) {
		return nil
	}
	t, err := s.b.store.Server(s.b.conf, s.conf)
	if err != nil {
		return err
	}
	s.tls.conf, s.tls.opt = t, s.b.secure
	s.tls.streams.Store(s.conf.TLS.On)
	t.OnChange(s.distrust)
	return nil
}

// distrust has no connection used again that was made by what handshakes went by before: the server may be trusted no more, or not know us. Streams
// that are on one go on; it is closed behind them.
func (s *Server) distrust() {
	s.tls.trust.Add(1)
	s.closeIdle()
}

// stale reports whether the connection was made before the last distrust.
func (k *link) stale() bool { return k.trust != k.server.tls.trust.Load() }

// forgetTLS gives up the TLS of a server that is not any more.
func (s *Server) forgetTLS() {
	if s.tls.conf != nil {
		s.tls.conf.Drop()
	}
}

// TLS reports whether streams speak TLS to the server.
func (s *Server) TLS() bool { return s.tls.streams.Load() }

// SetTLS has the streams to come speak TLS to the server, or not. Only a server whose line says how can change.
func (s *Server) SetTLS(on bool) error {
	if s.tls.conf == nil {
		return errors.New("'set server <srv> ssl' cannot be set.  default-server should define ssl settings")
	}
	if s.tls.streams.Swap(on) != on {
		s.distrust() // the connections that are there are of the other kind
	}
	return nil
}

// secure is the TLS handshake on a connection that has just been made, and tells the protocol that was agreed on; with an error it is
// closed.
func (s *Server) secure(t *loop.Task, c *loop.Conn, ls *Lease, deadline int64) (protocol string, err error) {
	cfg := s.tls.conf.Config(ls.SNI)
	if ls.HTTP1 {
		cfg = s.tls.conf.ConfigHTTP1(ls.SNI)
	}
	x, err := tlsio.Client(t, c, cfg, s.tls.opt, deadline)
	n, m := &s.local[ls.loop.ID()].traffic.TLS, &s.b.local[ls.loop.ID()].traffic.TLS
	if err == nil {
		if x.State().DidResume {
			n.Resumed++
			m.Resumed++
		} else {
			n.Sessions++
			m.Sessions++
		}
		return x.State().NegotiatedProtocol, nil
	}
	n.Failed++
	m.Failed++
	ls.shaken = x
	c.Close()
	if err == loop.ErrTimeout {
		return "", fault.ConnectTimeout
	}
	s.tls.failed.Add(1)
	s.tellHandshake(ls.SNI, err, x)
	return "", fault.ServerHandshake
}

// unshaken is what there is of the TLS of a connection that could not even be made; nil = it would have none.
func (s *Server) unshaken() *tlsio.Conn {
	if !s.tls.streams.Load() {
		return nil
	}
	return tlsio.Fixed(tls.ConnectionState{}, tlsio.Info{Newest: s.tls.conf.Config("").MaxVersion})
}

// Shaken is the TLS of a connection that Connect could not make, or whose handshake failed; nil = there is none.
func (ls *Lease) Shaken() *tlsio.Conn { return ls.shaken }

// TellAlert says why a server with TLS has given a connection up, where it did so with an alert: in TLS 1.3 that is how it says, after the handshake,
// that it does not take our certificate (RFC 8446, 4.4.2.4).
func (ls *Lease) TellAlert() {
	if ls.Conn == nil || !ls.Server.tls.streams.Load() {
		return
	}
	if y := tlsio.Of(ls.Conn); y.Err() != nil {
		ls.Server.tls.failed.Add(1)
		ls.Server.tellHandshake(ls.SNI, y.Err(), y)
	}
}

// tellHandshake says why, now and then: a server that is misconfigured fails every time.
func (s *Server) tellHandshake(name string, err error, y *tlsio.Conn) {
	now := time.Now().UnixNano()
	if last := s.tls.said.Load(); now-last < int64(handshakeLogEvery) || !s.tls.said.CompareAndSwap(last, now) {
		return
	}
	f := tlsconf.Explain(err, y)
	s.b.events.say(zap.WarnLevel, fmt.Sprintf("TLS handshake with server %s/%s failed: %s", s.b.Name(), s.Name(), f.Text),
		zap.String("backend", s.b.Name()), zap.String("server", s.Name()), zap.String("sni", name), zap.Uint64("failed", s.tls.failed.Load()))
}

// checkTLS is the TLS of a health check's connection; nil = none. a is the rule that opens it; nil = none does, and it is as the server
// line says. Checks that the line has go elsewhere than the streams speak TLS only where check-ssl says so, as in HAProxy.
func (s *Server) checkTLS(a *conf.CheckConnect) *tls.Config {
	own := s.conf.Checks.Addr == "" && s.conf.Checks.Port == 0
	line := !s.conf.TLS.NoCheck && (s.conf.TLS.Check || s.conf.TLS.On && own)
	switch t := s.tls.conf; {
	case t == nil:
		return nil
	case a == nil || a.Default && !a.SSL && a.SNI == "" && a.ALPN == nil:
		if line {
			return t.CheckConfig()
		}
		return nil
	case a.SSL || a.Default && line:
		return t.ConnectConfig(a)
	}
	return nil
}

// handshakeResult is the check's for a handshake that failed.
func handshakeResult(err error, y *tlsio.Conn, at string) checkResult {
	if err == loop.ErrTimeout {
		return failed(checkL6TOUT, at)
	}
	f := tlsconf.Explain(err, y)
	return failed(checkL6RSP, "SSL handshake failure: "+f.Text+at)
}

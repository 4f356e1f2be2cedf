package frontend

import (
	"go.uber.org/zap"

	"weir/internal/acme"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// addKeeper makes what keeps the certificates that acme sections have issued. The frontends are there: their crt-lists have been read.
func (px *Proxy) addKeeper() (err error) {
	px.keeper, err = acme.New(px.cfg, px.tls, acme.Options{Log: px.log, Version: px.opt.Version, SetMap: func(file, key, value string) {
		if !px.state.Patterns.PutEntry(file, key, value) && value != "" {
			px.log.Warn("acme: no rule looks into the map of the section: something else must answer the challenge", zap.String("map", file))
		}
	}, Event: px.state.Events.TellRecords})
	return err
}

// ACME keeps the certificates that acme sections have issued; nil where there are none. px may be nil.
func (px *Proxy) ACME() *acme.Keeper {
	if px == nil {
		return nil
	}
	return px.keeper
}

// keep begins to keep certificates, where the configuration before this one has left off. After an error that one goes on.
func (px *Proxy) keep() error {
	elder := px.elder
	px.elder = nil // whether it is needed or not: it holds the whole generation before in memory
	if px.keeper == nil {
		return nil
	}
	if err := px.keeper.Open(); err != nil {
		return err
	}
	px.keeper.TakeOver(elder)
	return px.keeper.Start()
}

// proof is what proves to an authority that a name is ours (RFC 8555, 8.3); nil = the request does not ask for it.
func (st *stream) proof() []byte {
	if st.w.px.keeper == nil {
		return nil
	}
	return st.w.px.keeper.Answer(st.req.PathOnly())
}

// prove answers with it, before any rule could send the authority elsewhere.
func (st *stream) prove(t *loop.Task, body []byte) next {
	st.intercepted(onRequest)
	st.resp.Reset()
	st.resp.Status, st.resp.Reason, st.resp.Minor = 200, []byte(http1.Reason(200)), 1
	st.resp.Fields.Add(message.ContentType, []byte("application/octet-stream"))
	st.resp.Framing, st.resp.ContentLength = message.Length, int64(len(body))
	return st.reply(t, body)
}

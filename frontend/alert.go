package frontend

import (
	"net"
	"os"
	"slices"
	"strconv"

	"go.uber.org/zap"

	"weir/backend"
	"weir/conf"
	"weir/internal/mailer"
)

// addAlerts has what becomes of the backend's servers told by mail, where "email-alert" asks for it.
func (px *Proxy) addAlerts(b *backend.Backend) {
	a := &b.Conf().EmailAlert
	list := px.cfg.FindMailers(a.Mailers.Name)
	if a.Mailers.Name == "" || list == nil {
		return
	}
	o := mailer.Options{From: a.From, To: a.To, Host: a.Host, Timeout: list.Timeout, Failed: func(to mailer.Server, err error) {
		px.log.Warn("an alert could not be sent by mail", zap.String("backend", b.Name()), zap.String("mailer", to.Name), zap.Error(err))
	}}
	if o.Host == "" {
		o.Host, _ = os.Hostname()
	}
	for _, m := range list.List {
		o.Servers = append(o.Servers, mailer.Server{Name: m.Name, Addr: net.JoinHostPort(m.Addr.Host, strconv.Itoa(m.Addr.Port))})
	}
	sender := mailer.New(o)
	px.mailers = append(px.mailers, sender)
	least := slices.Index(conf.LogLevels, a.Level)
	b.OnAlert(func(level, text string) {
		if slices.Index(conf.LogLevels, level) <= least {
			sender.Send(text)
		}
	})
}

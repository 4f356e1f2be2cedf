package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"weir/conf"
)

// asked is the request that an explanation is about.
type asked struct {
	method   string
	url      *url.URL
	host     string
	headers  []string // "Name: value"
	body     string
	src, dst netip.AddrPort
	via      netip.AddrPort // invalid = the connection comes from the client
	frontend *conf.Proxy
	bind     *conf.Bind
	bare     bool // the URL does not say whether it is http or https
	shown    tlsShown
}

func newAsked(f *explainFlags) (*asked, error) {
	text, bare := f.url, !strings.Contains(f.url, "://")
	if bare {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the URL: got %q; want one such as http://host/path", f.url)
	}
	r := &asked{method: f.method, url: u, host: u.Host, body: f.body, bare: bare}
	if r.method == "" {
		r.method = "GET"
		if f.hasBody {
			r.method = "POST"
		}
	}
	if err := r.fields(f); err != nil {
		return nil, err
	}
	if r.src, err = addrPort(f.src, 54321); err != nil {
		return nil, fmt.Errorf("--src: %w", err)
	}
	if f.via != "" {
		if r.via, err = addrPort(f.via, 54321); err != nil {
			return nil, fmt.Errorf("--via: %w", err)
		}
	}
	if f.dst != "" {
		if r.dst, err = netip.ParseAddrPort(f.dst); err != nil {
			return nil, fmt.Errorf("--dst: got %q; want IP:PORT", f.dst)
		}
	}
	return r, nil
}

// fields takes the -H and adds what curl would.
func (r *asked) fields(f *explainFlags) error {
	typed := false
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || name == "" || strings.ContainsAny(h, "\r\n") {
			return fmt.Errorf("-H: got %q; want 'NAME: VALUE' on one line", h)
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "host":
			r.host = value
			continue
		case "content-type":
			typed = true
		}
		r.headers = append(r.headers, name+": "+value)
	}
	if f.hasBody {
		if !typed {
			r.headers = append(r.headers, "Content-Type: application/x-www-form-urlencoded")
		}
		r.headers = append(r.headers, "Content-Length: "+strconv.Itoa(len(r.body)))
	}
	return nil
}

// bytes is the request as it comes in.
func (r *asked) bytes() []byte {
	target := r.url.RequestURI()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, target, r.host)
	for _, h := range r.headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + r.body)
	return []byte(b.String())
}

// addrPort reads IP or IP:PORT.
func addrPort(s string, port uint16) (netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(ip, port), nil
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return ap, fmt.Errorf("got %q; want IP or IP:PORT", s)
	}
	return ap, nil
}

// connect finds the frontend and the bind that the client would have reached.
func (r *asked) connect(cfg *conf.Config, f *explainFlags) error {
	want := r.wanted()
	var all []string
	for _, p := range cfg.Proxies {
		if p.Disabled || p.Kind&conf.Frontend == 0 || f.frontend != "" && p.Name != f.frontend {
			continue
		}
		for _, b := range p.Binds {
			all = append(all, fmt.Sprintf("%s (%s)", p.Name, b.Addr.String()))
			if f.bind != "" && b.Name != f.bind || !f.reaches(b, want) {
				continue
			}
			if r.frontend == nil {
				r.frontend, r.bind = p, b
			}
		}
	}
	if r.frontend == nil && len(all) == 1 && f.dst == "" && f.bind == "" {
		f.frontend = strings.Fields(all[0])[0]
		return r.connect(cfg, f)
	}
	if r.frontend == nil {
		return fmt.Errorf("no frontend would get this connection (%s); there are %s: say --frontend, --bind or --dst", want, strings.Join(all, ", "))
	}
	if !r.dst.IsValid() {
		r.dst = reached(r.bind, want)
	}
	return nil
}

// wanted is where the URL, or --dst, leads.
func (r *asked) wanted() netip.AddrPort {
	if r.dst.IsValid() {
		return r.dst
	}
	port := uint16(80)
	if r.url.Scheme == "https" {
		port = 443
	}
	if n, err := strconv.ParseUint(r.url.Port(), 10, 16); err == nil {
		port = uint16(n)
	}
	ip, err := netip.ParseAddr(r.url.Hostname())
	if err != nil {
		ip = netip.IPv4Unspecified()
	}
	return netip.AddrPortFrom(ip, port)
}

// reaches reports whether a connection to that address comes to this bind. Who names a frontend or a bind does not ask.
func (f *explainFlags) reaches(b *conf.Bind, to netip.AddrPort) bool {
	if (f.frontend != "" || f.bind != "") && f.dst == "" {
		return true
	}
	a := &b.Addr
	if a.Kind != conf.AddrTCP || int(to.Port()) < a.Port || int(to.Port()) > max(a.Port, a.PortEnd) {
		return false
	}
	ip, err := netip.ParseAddr(a.Host)
	return err != nil || ip.IsUnspecified() || to.Addr().IsUnspecified() || ip == to.Addr()
}

// reached is the address of the connection at the bind.
func reached(b *conf.Bind, want netip.AddrPort) netip.AddrPort {
	ip, port := netip.MustParseAddr("127.0.0.1"), want.Port()
	if host, err := netip.ParseAddr(b.Addr.Host); err == nil && !host.IsUnspecified() {
		ip = host
	} else if !want.Addr().IsUnspecified() {
		ip = want.Addr()
	}
	if b.Addr.Kind == conf.AddrTCP && (int(port) < b.Addr.Port || int(port) > max(b.Addr.Port, b.Addr.PortEnd)) {
		port = uint16(b.Addr.Port)
	}
	return netip.AddrPortFrom(ip, port)
}

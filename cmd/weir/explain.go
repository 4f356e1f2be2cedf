package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"weir/conf"
	"weir/frontend"
)

func explainCommand() *command {
	return &command{
		name: "explain", run: explain, args: "-c FILE... [-X METHOD] [-H 'NAME: VALUE']... [-d BODY] [flags] URL",
		summary: "say what a configuration does with a request, rule by rule, without starting it",
		help: `
  -c FILE          as for "weir run"; in either language
  -X METHOD        the method: GET, or POST where -d is there
  -H 'NAME: VALUE' a field of the request; again for more. "Host: x" takes the place of the URL's host
  -d BODY          the body. Its Content-Length is added, and its Content-Type as a form where no -H says another
  --src IP[:PORT]  the client's address: 127.0.0.1:54321 where not said
  --via IP[:PORT]  the proxy that the connection comes from, where accept-proxy, expect-proxy and their like have it say by a header that
                   --src is the client: the client itself where not said
  --dst IP:PORT    the address that it connected to; it chooses the frontend too. Else the URL's port does
  --frontend NAME  the frontend
  --bind NAME      the frontend's bind, by its name
  --sni NAME       the server name of the TLS hello: the URL's host where not said
  --http1.1, --http2
                   offer no HTTP/2 in the hello (ALPN), or offer it, as is done where nothing is said
  --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3, --tls-max VERSION
                   the least and the greatest version of TLS: 1.2 and 1.3 where not said
  --cert FILE, --key FILE
                   the client's certificate, and its key where it is not in the same file
  --json           everything as one JSON object

An https URL begins with a TLS handshake, as curl's. A bind with ssl answers it, and its certificate is told; one without gets the
client's hello, which rules may route by (req.ssl_sni), and all that follows is the client's and the server's secret. Of an http URL at a bind
with ssl the failed handshake is told. A URL without http:// or https:// is taken as what the bind speaks.

The request goes through the code of live traffic. Every rule that is tried is told with its place in the file, what its condition
looked at, which pattern matched and what it changed; then the backend, how the server is chosen, and the request as it would leave, or the
response that Weir itself gives. No address is bound and no server is contacted: they count as up. What depends on chance, on the
time or on earlier requests may come out otherwise in live traffic.

The exit code is 0 where the request comes to a server or to an answer that a rule asks for, 1 for a configuration or a request in
error.

examples:
  weir explain -c haproxy.cfg https://shop.example:8443/
  weir explain -c haproxy.cfg http://shop.example/cart
  weir explain -c weir.hcl -H 'Upgrade: websocket' -H 'Connection: upgrade' 'http://127.0.0.1:7000/ws?tableId=42'
  weir explain -c haproxy.cfg -X POST -d a=1 --src 203.0.113.9 --frontend ft_api --json http://api.example/v1`,
	}
}

type explainFlags struct {
	paths                    files
	method, body             string
	hasBody                  bool
	headers                  files
	src, dst, frontend, bind string
	via                      string
	asJSON                   bool
	tls                      tlsFlags
	url                      string
}

func parseExplain(s *streams, args []string) (*explainFlags, int, bool) {
	f := new(explainFlags)
	set := flag.NewFlagSet("explain", flag.ContinueOnError)
	set.Var(&f.paths, "c", "")
	set.Var(&f.headers, "H", "")
	set.StringVar(&f.method, "X", "", "")
	set.Func("d", "", func(text string) error { f.body, f.hasBody = text, true; return nil })
	set.StringVar(&f.src, "src", "127.0.0.1:54321", "")
	set.StringVar(&f.via, "via", "", "")
	set.StringVar(&f.dst, "dst", "", "")
	set.StringVar(&f.frontend, "frontend", "", "")
	set.StringVar(&f.bind, "bind", "", "")
	set.BoolVar(&f.asJSON, "json", false, "")
	f.tls.define(set)
	rest, code, ok := parseArgs(s, explainCommand(), set, args)
	if !ok {
		return nil, code, false
	}
	switch {
	case len(rest) != 1:
		fmt.Fprintf(s.err, "weir explain: got %s; want one URL\n", count(len(rest), "argument"))
		return nil, exitUsage, false
	case len(f.paths) == 0:
		fmt.Fprintln(s.err, "weir explain: want a configuration: -c FILE")
		return nil, exitUsage, false
	}
	f.url = rest[0]
	return f, 0, true
}

func explain(s *streams, args []string) int {
	f, code, ok := parseExplain(s, args)
	if !ok {
		return code
	}
	cfg, diags := load(f.paths)
	if !report(s.err, diags, true) {
		fmt.Fprintf(s.err, "weir explain: %s\n", count(len(diags.Errors), "error"))
		return exitFail
	}
	x, err := explainRequest(cfg, f)
	if err != nil {
		return fail(s, err)
	}
	if f.asJSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(x); err != nil {
			return fail(s, err)
		}
		return exitOK
	}
	x.print(s.out)
	return exitOK
}

// explainRequest takes the request through the configuration, which is changed on the way.
func explainRequest(cfg *conf.Config, f *explainFlags) (*explanation, error) {
	r, err := newAsked(f)
	if err != nil {
		return nil, err
	}
	if err := r.connect(cfg, f); err != nil {
		return nil, err
	}
	talk, err := r.client(f)
	if err != nil {
		return nil, err
	}
	w := newWitness(cfg)
	px, err := frontend.New(cfg, frontend.Options{Loops: 1, Services: standIns(), Probe: w.probe})
	if err != nil {
		return nil, err
	}
	defer px.Close()
	out, err := px.Explain(context.Background(), &frontend.Question{Frontend: r.frontend.Name, Bind: r.bind, Src: r.src, Dst: r.dst, Via: r.via, Talk: talk})
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errors.New("the rules wait for something that does not come")
	}
	if err != nil {
		return nil, err
	}
	return w.told(px, r, out), nil
}

// standIns answer for the services, which show what a running process has counted.
func standIns() map[string]frontend.Service {
	out := map[string]frontend.Service{}
	for name := range noServices() {
		out[name] = func(_ context.Context, r *frontend.ServiceRequest) *frontend.ServiceResponse {
			if r.Stats == nil {
				return plain(200, "what the service "+name+" shows")
			}
			may := "may look"
			if r.Stats.Admin {
				may = "may look and change servers"
			}
			return plain(200, fmt.Sprintf("the statistics page of %s (%s); who asks %s", r.Stats.Section, r.Stats.Page.Pos, may))
		}
	}
	return out
}

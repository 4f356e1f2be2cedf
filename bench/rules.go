package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// mapEntries is the size of the map that one of the rules looks the host up in.
const mapEntries = 10000

// someRules are twenty rules as an edge has them: ACLs on headers and path prefixes, edits of header fields, a map and a log
// line. @MAP@ is the map's file and @LOG@ a syslog server. The load's request passes all of them.
var someRules = []string{
	"log @LOG@ local0",
	"option httplog",
	"capture request header Host len 32",
	"acl internal src 10.0.0.0/8 192.168.0.0/16",
	"acl static path_beg /static/ /images/ /css/ /js/",
	"http-request deny if { path_beg /admin/ } !internal",
	"http-request deny if { hdr_sub(User-Agent) -i badbot }",
	"http-request deny deny_status 405 if { method TRACE }",
	"http-request redirect prefix https://www.example.org if { hdr(Host) -i example.org }",
	"http-request set-header X-Forwarded-Proto http",
	"http-request set-header X-Real-IP %[src]",
	"http-request del-header X-Powered-By",
	"http-request set-header X-Tenant %[hdr(host),lower,map_str(@MAP@,none)]",
	"http-request set-header X-Static yes if static",
	"http-request set-var(txn.old) bool(true) if { hdr(X-Api-Version) 1 }",
	"http-response set-header X-Frame-Options DENY",
	"http-response set-header Strict-Transport-Security max-age=31536000",
	"http-response del-header Server",
	"use_backend ws if { hdr(Upgrade) -i websocket }",
	"use_backend app if { hdr_beg(Host) -i api. }",
}

// rulesHost is what the load asks for: the map has it.
const rulesHost = "host5000.example.org"

// ruleConfig is the scenarios' haproxy.cfg with one frontend that has the rules.
func ruleConfig(dir, logServer string, rules []string) (string, error) {
	text, err := head("haproxy.cfg.tmpl", "bind 127.0.0.1:@P1@\n")
	if err != nil {
		return "", err
	}
	for _, r := range rules {
		text += "  " + r + "\n"
	}
	text += "  default_backend app\nbackend app\n  balance roundrobin\n  server s1 127.0.0.1:9001\n  server s2 127.0.0.1:9002\n" +
		"backend ws\n  server w1 127.0.0.1:9003\n"
	return strings.NewReplacer("@MAP@", mapFile(dir), "@LOG@", logServer).Replace(text), nil
}

func mapFile(dir string) string { return filepath.Join(dir, "hosts.map") }

func writeMap(dir string) error {
	return os.WriteFile(mapFile(dir), []byte(each(mapEntries, "host%[1]d.example.org tenant%[1]d\n")), 0o644)
}

// runRules prints what twenty rules cost: the same haproxy.cfg, without and with them, in Weir and in haproxy. One of them is a log
// line, and how that leaves matters more than all others together: a datagram costs the kernel two microseconds and more, whoever sends it.
func runRules(o *options) error {
	if err := writeMap(o.dir); err != nil {
		return err
	}
	// A syslog server that never reads: its queue fills and the kernel drops, which costs the sender no less.
	sink, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer sink.Close()
	cases := []ruleCase{
		{"none", "", 0},
		{"stdout", "stdout format raw", len(someRules)},
		{"UDP", sink.LocalAddr().String(), len(someRules)},
	}
	names, rows := []string{"weir", "haproxy"}, map[string][]result{}
	for range o.rounds {
		for _, name := range names {
			for _, c := range cases {
				r, err := o.measureRules(name, c)
				if err != nil {
					return err
				}
				if r != nil {
					rows[name+c.name] = append(rows[name+c.name], *r)
				}
			}
		}
	}
	fmt.Printf("%d rules, the log line to stdout (a file) or to a syslog server over UDP (cpu_us per request)\n", len(someRules))
	fmt.Printf("%-8s %9s %9s %9s %9s %9s\n", "subject", "none", "stdout", "more", "UDP", "more")
	cost := func(r result) float64 { return r.cost }
	for _, name := range names {
		if len(rows[name+"none"]) == 0 {
			continue
		}
		none, file, udp := median(rows[name+"none"], cost), median(rows[name+"stdout"], cost), median(rows[name+"UDP"], cost)
		fmt.Printf("%-8s %9.2f %9.2f %9.2f %9.2f %9.2f  %s\n", name, none, file, file-none, udp, udp-none, rows[name+"UDP"][0].note)
	}
	return nil
}

// ruleCase is the number of rules, and where the log line among them goes.
type ruleCase struct {
	name, log string
	rules     int
}

// measureRules measures one subject in one case; nil = it is not installed.
func (o *options) measureRules(name string, c ruleCase) (*result, error) {
	text, err := ruleConfig(o.dir, c.log, someRules[:c.rules])
	if err != nil {
		return nil, err
	}
	s, err := startFile(o, name, name+"-rules.cfg", text)
	if err != nil || s == nil {
		return nil, err
	}
	defer s.proc.stop()
	r := o.load(s, s.http, 64, "/", false, rulesHost)
	return &r, nil
}

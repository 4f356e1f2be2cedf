package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/h2attack"
)

// What others feel of one client that attacks over HTTP/2. The others ask at a fixed rate over kept connections, half of them in
// HTTP/1. Beside the attacks stand two clients that do nothing wrong and never rest, to compare with: one of HTTP/1 that opens a connection
// for every request and one of HTTP/2 with all the streams that it may have.

// attackNames are in the order of printing.
func attackNames() []string {
	names := []string{"nothing", "a busy core", "new connections", "a hundred streams"}
	for _, a := range h2attack.All {
		names = append(names, a.Name)
	}
	return names
}

// attackConfig is for Weir and HAProxy alike: HTTP/1 on one port and HTTP/2 on the other.
const attackConfig = `global
  nbthread 1
  maxconn 6000
defaults
  mode http
  timeout client 2s
  timeout connect 5s
  timeout server 5s
frontend h1
  bind 127.0.0.1:@P1@
  http-request use-service prometheus-exporter if { path /metrics }
  use_backend others if { path /others }
  default_backend app
frontend h2
  bind 127.0.0.1:@P4@ proto h2
  use_backend others if { path /others }
  default_backend app
backend others
  server s1 127.0.0.1:9001
backend app
  server s1 127.0.0.1:9011
`

const attackNginx = `daemon off; master_process off; worker_processes 1; pid @RUN@/@NAME@.pid; error_log /dev/null;
events { worker_connections 9000; multi_accept on; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; send_timeout 2s; client_header_timeout 2s; client_body_timeout 2s;
  client_body_temp_path @RUN@/nginx-body; proxy_temp_path @RUN@/nginx-proxy; fastcgi_temp_path @RUN@/nginx-f; uwsgi_temp_path @RUN@/nginx-u; scgi_temp_path @RUN@/nginx-s;
  upstream others { server 127.0.0.1:9001; keepalive 512; keepalive_requests 1000000000; }
  upstream app { server 127.0.0.1:9011; keepalive 512; keepalive_requests 1000000000; }
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 8 16k; proxy_max_temp_file_size 0;
  server {
    listen 127.0.0.1:@P1@ backlog=4096;
    listen 127.0.0.1:@P4@ backlog=4096 http2;
    location = /others { proxy_pass http://others; }
    location / { proxy_pass http://app; }
  }
}
`

// felt is one measurement of the others, and of what the attack did meanwhile.
type felt struct {
	p50, p90, p99 time.Duration
	asked         int
	failed        int
	cuts          int
	grown         int64         // octets of memory at most
	used          time.Duration // of CPU time
	counted       []string
}

// runAttacks measures each attack on each subject: without it, then with it, in the same breath.
func runAttacks(o *options) error {
	names := attackNames()
	if o.attack != "" {
		names = strings.Split(o.attack, ";")
	}
	attacked, err := startAttacked()
	if err != nil {
		return err
	}
	defer attacked.stop()
	fmt.Println("latency of the others in microseconds: without the attack, with it, ratio")
	fmt.Printf("%-44s %-8s %21s  %21s  %21s %8s %6s %7s %6s  %s\n", "attack", "subject", "p50", "p90", "p99", "rss +MB", "cpu", "cuts/s", "failed", "counted as")
	for _, name := range names {
		if !slices.Contains(attackNames(), name) {
			return fmt.Errorf("attack %q; want one of %s", name, strings.Join(attackNames(), ", "))
		}
		rows := map[string][][2]felt{}
		for range o.rounds {
			for _, subject := range o.subjects {
				r, err := o.measureAttack(subject, name)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", subject, name, err)
				}
				if r != nil {
					rows[subject] = append(rows[subject], *r)
				}
			}
		}
		for _, subject := range o.subjects {
			if len(rows[subject]) > 0 {
				reportAttack(name, subject, rows[subject], o.length)
			}
		}
	}
	return nil
}

// reportAttack prints the medians of the rounds. The ratio is the median of the rounds' ratios: each of two neighbours in time.
func reportAttack(name, subject string, rounds [][2]felt, length time.Duration) {
	mid := func(of func(r [2]felt) float64) float64 {
		var v []float64
		for _, r := range rounds {
			v = append(v, of(r))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	failed, counted := 0, map[string]bool{}
	for _, r := range rounds {
		failed += r[0].failed + r[1].failed
		for _, c := range r[1].counted {
			counted[c] = true
		}
	}
	var reasons []string
	for c := range counted {
		reasons = append(reasons, c)
	}
	slices.Sort(reasons)
	us := func(of func(f felt) time.Duration) string {
		without, with := mid(func(r [2]felt) float64 { return of(r[0]).Seconds() }), mid(func(r [2]felt) float64 { return of(r[1]).Seconds() })
		ratio := mid(func(r [2]felt) float64 { return of(r[1]).Seconds() / max(of(r[0]).Seconds(), 1e-9) })
		return fmt.Sprintf("%7.0f %7.0f %5.2f", without*1e6, with*1e6, ratio)
	}
	fmt.Printf("%-44s %-8s %s  %s  %s %8.1f %5.0f%% %7.0f %6d  %s\n", name, subject,
		us(func(f felt) time.Duration { return f.p50 }), us(func(f felt) time.Duration { return f.p90 }), us(func(f felt) time.Duration { return f.p99 }),
		mid(func(r [2]felt) float64 { return float64(r[1].grown) / (1 << 20) }),
		mid(func(r [2]felt) float64 { return 100 * r[1].used.Seconds() / length.Seconds() }),
		mid(func(r [2]felt) float64 { return float64(r[1].cuts) / length.Seconds() }), failed, strings.Join(reasons, " "))
}

// measureAttack starts a subject and has it attacked; nil = it is not installed.
func (o *options) measureAttack(subject, name string) (*[2]felt, error) {
	text, file := attackConfig, subject+"-attack.cfg"
	if subject == "nginx" {
		text, file = attackNginx, "nginx-attack.conf"
	}
	s, err := startFile(o, subject, file, text)
	if err != nil || s == nil {
		return nil, err
	}
	defer s.proc.stop()
	if err := s.proc.listening(s.tcp); err != nil {
		return nil, err
	}
	var r [2]felt
	if _, err := o.feel(s, "nothing"); err != nil { // everything has run once
		return nil, err
	}
	for i, attack := range []string{"nothing", name} {
		if r[i], err = o.feel(s, attack); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

// feel has the others ask while one attacks.
func (o *options) feel(s *subject, attack string) (f felt, err error) {
	counts, before, used := s.faults(), s.proc.rss(), s.proc.cpu()
	// The attacker gets what the others leave of the load's core (SCHED_IDLE): else it would take their time without any proxy between. To be
	// nice is not enough: a task that is woken does not take the core from one that is nice before that one's slice is over.
	a, err := startPinned(loadCore, "chrt", "-i", "0", os.Args[0], "attack", "-name", attack, "-for", o.length.String(), s.http, s.tcp)
	if err != nil {
		return f, err
	}
	defer a.out.f.Close()
	others, err := startPinned(loadCore, os.Args[0], "others", "-for", o.length.String(), s.http, s.tcp)
	if err != nil {
		return f, err
	}
	defer others.out.f.Close()
	f.grown = s.growth(before, others.done) // the most until the others are done
	<-a.done
	f.used = s.proc.cpu() - used
	if _, err := fmt.Sscanf(others.out.String(), "%d asked %d failed %d p50 %d p90 %d p99", &f.asked, &f.failed, &f.p50, &f.p90, &f.p99); err != nil {
		return f, fmt.Errorf("the others: %w\n%s", err, others.out.String())
	}
	if _, err := fmt.Sscanf(a.out.String(), "%d cuts", &f.cuts); err != nil {
		return f, fmt.Errorf("the attacker: %w\n%s", err, a.out.String())
	}
	for reason, n := range s.faults() {
		if n > counts[reason] && reason != "intercepted" { // that is the asking itself
			f.counted = append(f.counted, reason)
		}
	}
	return f, nil
}

// growth is by how much the subject's memory grows, at most, until done.
func (s *subject) growth(before int64, done chan struct{}) (most int64) {
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	for {
		most = max(most, s.proc.rss()-before)
		select {
		case <-done:
			return most
		case <-tick.C:
		}
	}
}

// sampling is how often memory is looked at.
const sampling = 20 * time.Millisecond

var faultLine = regexp.MustCompile(`(?m)^weir_faults_total\{reason="([^"]*)"\} (\d+)`)

// faults is what Weir has counted, by reason; others have nothing like it.
func (s *subject) faults() map[string]int {
	counts := map[string]int{}
	if s.name != "weir" {
		return counts
	}
	resp, err := http.Get("http://" + s.http + "/metrics")
	if err != nil {
		log.Printf("# %s: %v", s.name, err)
		return counts
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Printf("# %s: %v", s.name, err)
	}
	for _, m := range faultLine.FindAllStringSubmatch(string(text), -1) {
		counts[m[1]], _ = strconv.Atoi(m[2])
	}
	return counts
}

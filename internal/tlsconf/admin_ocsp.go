package tlsconf

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

const noOCSP = "Certificate ID does not match any certificate."

// stapled are the paths of the certificates that have a response, or are to have one, in order.
func (s *Store) stapled() []string {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(s.pairs)) {
		if e := s.pairs[path]; e.pair != nil && (e.ocsp.on || e.pair.staple.Load() != nil) {
			paths = append(paths, path)
		}
	}
	return paths
}

// showOCSP is "show ssl ocsp-response [[text|base64] <id|path>]".
func (s *Store) showOCSP(args []string) string {
	if len(args) == 0 {
		return s.listOCSP()
	}
	form := "text"
	if len(args) > 1 {
		if form = args[0]; form != "text" && form != "base64" {
			return "'show ssl ocsp-response' expects \"text\" or \"base64\" before an ID or a path."
		}
		args = args[1:]
	}
	for _, path := range s.stapled() {
		p := s.pairs[path].pair
		st := p.staple.Load()
		if path != args[0] && p.idText() != args[0] {
			continue
		}
		switch {
		case st == nil:
			return ""
		case form == "base64":
			return base64.StdEncoding.EncodeToString(st.raw)
		}
		return describeOCSP(st)
	}
	return noOCSP
}

// listOCSP tells each id once, with all certificates that have it.
func (s *Store) listOCSP() string {
	paths := map[string][]string{}
	var order []*Pair
	for _, path := range s.stapled() {
		p := s.pairs[path].pair
		if _, ok := p.id(); !ok {
			continue
		}
		if paths[p.idText()] == nil {
			order = append(order, p)
		}
		paths[p.idText()] = append(paths[p.idText()], "Certificate path : "+path)
	}
	var out []string
	for _, p := range order {
		id, _ := p.id()
		out = append(append(out, "Certificate ID key : "+p.idText()), paths[p.idText()]...)
		out = append(out, " Certificate ID:", fmt.Sprintf("   Issuer Name Hash: %X", id.NameHash),
			fmt.Sprintf("   Issuer Key Hash: %X", id.KeyHash), "   Serial Number: "+serialText(id.Serial))
	}
	if out != nil {
		out = append([]string{"# Certificate IDs"}, out...)
	}
	return answer(out...)
}

// setOCSP takes a response for whichever certificates it is about.
func (s *Store) setOCSP(arg, payload string) string {
	if payload != "" {
		arg = payload
	}
	if arg == "" {
		return "'set ssl ocsp-response' expects response in base64 encoding."
	}
	raw, err := unbase64(arg)
	if err != nil {
		return "'set ssl ocsp-response' received invalid base64 encoded response."
	}
	if _, err := ocsp.ParseResponse(raw, nil); err != nil && !errors.As(err, new(ocsp.ResponseError)) {
		return "Unable to parse OCSP response."
	}
	found := false
	for _, path := range slices.Sorted(maps.Keys(s.pairs)) {
		e := s.pairs[path]
		if e.pair == nil || e.pair.issuer == nil {
			continue
		}
		st, parseErr := parseStaple(e.pair, raw, time.Now())
		if parseErr != nil {
			err = parseErr
			continue
		}
		e.pair.staple.Store(st)
		found = true
	}
	switch {
	case found:
		return "OCSP Response updated!"
	case err == nil:
		return "OCSP response: no certificate is known with its issuer"
	}
	return "OCSP response: " + err.Error()
}

// updateOCSPNow asks the certificate's responder while the command waits.
func (s *Store) updateOCSPNow(path string) string {
	if path == "" {
		return "'update ssl ocsp-response' expects a filename"
	}
	s.mu.Lock()
	e := s.pairs[path]
	known := e != nil && e.pair != nil
	free := known && !e.ocsp.busy // else an update of its own is under way, and is that entry's until it ends
	if free {
		e.ocsp.busy = true
	}
	s.mu.Unlock()
	if !known {
		return "Can't update the OCSP response: certificate '" + path + "' doesn't exist!"
	}
	ctx, cancel := context.WithTimeout(context.Background(), ocspTimeout)
	defer cancel()
	if ev := s.updateOCSP(ctx, e, free); ev.Err != nil {
		return "Can't update the OCSP response: " + ev.Err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	staple := e.pair.staple.Load()
	if staple == nil {
		return "Can't update the OCSP response: certificate '" + path + "' was replaced meanwhile"
	}
	return describeOCSP(staple)
}

func (s *Store) showOCSPUpdates() string {
	const layout = "02/Jan/2006:15:04:05 -0700"
	paths := slices.DeleteFunc(s.stapled(), func(path string) bool { return !s.pairs[path].ocsp.on })
	slices.SortStableFunc(paths, func(a, b string) int { return s.pairs[a].ocsp.next.Compare(s.pairs[b].ocsp.next) })
	out := []string{"OCSP Certid | Path | Next Update | Last Update | Successes | Failures | Last Update Status | Last Update Status (str)"}
	for _, path := range paths {
		e := s.pairs[path]
		last := "-"
		if !e.ocsp.last.IsZero() {
			last = e.ocsp.last.Format(layout)
		}
		out = append(out, strings.Join([]string{e.pair.idText(), path, e.ocsp.next.Format(layout), last, fmt.Sprint(e.ocsp.good), fmt.Sprint(e.ocsp.bad), fmt.Sprint(e.ocsp.code), ocspWords[e.ocsp.code]}, " | "))
	}
	return answer(out...)
}

package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"weir/conf"
	"weir/frontend"
	"weir/stats"
)

// services are what answers requests inside the process, by the name that "http_request use-service" says; "stats" is
// what "stats_uri" shows.
func services(src stats.Source, adm stats.Admin, cfg *conf.Config) map[string]frontend.Service {
	exporter := stats.NewExporter(src)
	texts := descriptions(cfg)
	return map[string]frontend.Service{
		"prometheus-exporter": func(ctx context.Context, r *frontend.ServiceRequest) *frontend.ServiceResponse {
			return scrape(ctx, exporter, r)
		},
		"stats": func(ctx context.Context, r *frontend.ServiceRequest) *frontend.ServiceResponse {
			return statsPage(ctx, src, adm, texts, r)
		},
	}
}

// noServices are the same names for a configuration that is only checked.
func noServices() map[string]frontend.Service { return services(nil, nil, &conf.Config{}) }

func scrape(ctx context.Context, exporter *stats.Exporter, r *frontend.ServiceRequest) *frontend.ServiceResponse {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &frontend.ServiceResponse{Status: http.StatusMethodNotAllowed, Header: []string{"Allow", "GET, HEAD"}}
	}
	contentType, body, err := exporter.Render(ctx, r.Query)
	var query *stats.QueryError
	switch {
	case errors.As(err, &query):
		return plain(http.StatusBadRequest, err.Error())
	case err != nil:
		return plain(http.StatusInternalServerError, err.Error())
	}
	return &frontend.ServiceResponse{ContentType: contentType, Header: []string{"Cache-Control", "no-store"}, Body: body}
}

// pageHeaders keep the page from loading anything, from being framed, from sending its forms elsewhere, and from being shown when it is
// old.
var pageHeaders = []string{
	"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
	"Cache-Control", "no-store",
}

func statsPage(ctx context.Context, src stats.Source, adm stats.Admin, texts map[string]string, r *frontend.ServiceRequest) *frontend.ServiceResponse {
	opts := stats.PageOptions{ProxyTexts: texts}
	if r.Stats == nil {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return &frontend.ServiceResponse{Status: http.StatusMethodNotAllowed, Header: []string{"Allow", "GET, HEAD"}}
		}
		contentType, body := stats.RenderPage(ctx, src, "", opts)
		return &frontend.ServiceResponse{ContentType: contentType, Header: pageHeaders, Body: body}
	}
	if r.Method == http.MethodPost {
		return statsForm(ctx, src, adm, r)
	}
	u := r.Stats.Page
	opts.URI, opts.Refresh, opts.Admin = u.Path, u.Refresh, r.Stats.Admin
	opts.HideVersion, opts.Legends, opts.ShowNode, opts.Node, opts.ShowDesc, opts.Description = u.HideVersion, u.Legends, u.ShowNode, u.Node, u.ShowDesc, u.Desc
	opts.Scope = slices.Clone(u.Scope)
	for i, name := range opts.Scope {
		if name == "." {
			opts.Scope[i] = r.Stats.Section
		}
	}
	contentType, body := stats.RenderPage(ctx, src, r.Stats.Suffix, opts)
	header := pageHeaders
	if u.Refresh > 0 && !stats.HasWord(r.Stats.Suffix, "norefresh") {
		header = append(slices.Clip(header), "Refresh", strconv.Itoa(int(u.Refresh/time.Second)))
	}
	return &frontend.ServiceResponse{ContentType: contentType, Header: header, Body: body}
}

// statsForm does what a form of the page asks for, and sends the browser back to the page, which tells what has become of it.
func statsForm(ctx context.Context, src stats.Source, adm stats.Admin, r *frontend.ServiceRequest) *frontend.ServiceResponse {
	outcome := stats.Denied
	switch {
	case !r.Stats.Admin || foreign(r):
	case !r.Stats.Whole:
		outcome = stats.TooLong
	default:
		outcome = stats.ApplyForm(ctx, src, adm, r.Stats.Form)
	}
	to := r.Stats.Page.Path + ";st=" + outcome
	for _, word := range []string{"up", "no-maint", "norefresh"} {
		if stats.HasWord(r.Stats.Suffix, word) {
			to += ";" + word
		}
	}
	return &frontend.ServiceResponse{Status: http.StatusSeeOther, Header: []string{"cache-control", "no-cache", "content-type", "text/plain", "location", to}}
}

// foreign reports whether a browser sends a form of another site's page, with the password that it knows of this one (Fetch Metadata,
// 2.3).
func foreign(r *frontend.ServiceRequest) bool {
	site := r.Header("sec-fetch-site")
	return site != "" && site != "same-origin" && site != "none"
}

// descriptions are the texts of the sections that have one.
func descriptions(cfg *conf.Config) map[string]string {
	texts := map[string]string{}
	for _, p := range cfg.Proxies {
		if p.Desc != "" {
			texts[p.Name] = p.Desc
		}
	}
	return texts
}

func plain(status int, text string) *frontend.ServiceResponse {
	return &frontend.ServiceResponse{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text + "\n")}
}

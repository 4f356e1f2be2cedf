package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"weir/conf"
	"weir/frontend"
	"weir/stats"
)

// services are what answers requests inside the process, by the name that "http_request use-service" says; "stats" is
// what "stats_uri" shows.
func services(src stats.Source, cfg *conf.Config) map[string]frontend.Service {
	exporter := stats.NewExporter(src)
	texts := descriptions(cfg)
	return map[string]frontend.Service{
		"prometheus-exporter": func(ctx context.Context, r *frontend.ServiceRequest) *frontend.ServiceResponse {
			return scrape(ctx, exporter, r)
		},
		"stats": func(ctx context.Context, r *frontend.ServiceRequest) *frontend.ServiceResponse {
			return statsPage(ctx, src, texts, r)
		},
	}
}

// noServices are the same names for a configuration that is only checked.
func noServices() map[string]frontend.Service { return services(nil, &conf.Config{}) }

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

// pageHeaders keep the page from loading anything, from being framed, and from being shown when it is old.
var pageHeaders = []string{
	"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
	"Cache-Control", "no-store",
}

func statsPage(ctx context.Context, src stats.Source, texts map[string]string, r *frontend.ServiceRequest) *frontend.ServiceResponse {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &frontend.ServiceResponse{Status: http.StatusMethodNotAllowed, Header: []string{"Allow", "GET, HEAD"}}
	}
	opts := stats.PageOptions{ProxyTexts: texts}
	suffix := ""
	if r.Stats != nil {
		opts.URI, opts.Refresh = r.Stats.Path, r.Stats.Refresh
		suffix = strings.TrimPrefix(r.Path, r.Stats.Path)
	}
	contentType, body := stats.RenderPage(ctx, src, suffix, opts)
	return &frontend.ServiceResponse{ContentType: contentType, Header: pageHeaders, Body: body}
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

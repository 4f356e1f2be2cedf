package e2e

// ${prelude} and ${simple} of each language: the same settings twice. Its timeouts are longer than any wait: a script that sees one has
// set it.
const (
	preludeWeir = `global {
  nbthread = 2
  maxconn  = 2000
  stats_socket "${dir}/stats.sock" {
    level = "admin"
  }
  log "stdout" {
    format   = "raw"
    facility = "local0"
  }
}
defaults {
  mode = "http"
  log  = "global"
  timeout {
    client  = "2m"
    connect = "20s"
    server  = "2m"
    check   = "1m"
  }
  option {
    httplog = true
  }
}
`
	simpleWeir = preludeWeir + `frontend "f" {
  bind "127.0.0.1:${port.f}" {}
  default_backend = "b"
}
backend "b" {
  server "s1" {
    address = "127.0.0.1:${port.s1}"
  }
}
`
	preludeHAProxy = `global
  nbthread 2
  maxconn 2000
  stats socket ${dir}/stats.sock level admin
  log stdout format raw local0
defaults
  mode http
  log global
  timeout client 2m
  timeout connect 20s
  timeout server 2m
  timeout check 1m
  option httplog
`
	simpleHAProxy = preludeHAProxy + `frontend f
  bind 127.0.0.1:${port.f}
  default_backend b
backend b
  server s1 127.0.0.1:${port.s1}
`
)

func prelude(kind string) (head, simple string) {
	if kind == "haproxy" {
		return preludeHAProxy, simpleHAProxy
	}
	return preludeWeir, simpleWeir
}

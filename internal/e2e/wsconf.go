package e2e

// The configuration of the WebSocket acceptance test: sockets by tableId to two servers, everything else to the page's.
var wsConf = map[string]string{
	"weir": `global {
  nbthread = 2
  maxconn  = 5000
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
    client  = "1m"
    connect = "20s"
    server  = "1m"
    tunnel  = "1h"
    check   = "1m"
  }
  option {
    httplog = true
  }
}
frontend "f" {
  bind "127.0.0.1:${port.f}" {}
  acl "websocket" {
    when = hdr("Connection") == "upgrade" && hdr("Upgrade") == "websocket"
  }
  use_backend "ws" {
    when = acl.websocket
  }
  default_backend = "page"
}
backend "ws" {
  balance = url_param("tableId")
  server "a" {
    address = "127.0.0.1:${port.a}"
    check {
      inter = "200ms"
      rise  = 2
      fall  = 2
    }
  }
  server "b" {
    address = "127.0.0.1:${port.b}"
    check {
      inter = "200ms"
      rise  = 2
      fall  = 2
    }
  }
}
backend "page" {
  server "p" {
    address = "127.0.0.1:${port.page}"
  }
}
`,
	"haproxy": `global
  nbthread 2
  maxconn 5000
  stats socket ${dir}/stats.sock level admin
  log stdout format raw local0
defaults
  mode http
  log global
  timeout client 1m
  timeout connect 20s
  timeout server 1m
  timeout tunnel 1h
  timeout check 1m
  option httplog
frontend f
  bind 127.0.0.1:${port.f}
  acl websocket hdr(Connection) -i upgrade
  acl websocket_up hdr(Upgrade) -i websocket
  use_backend ws if websocket websocket_up
  default_backend page
backend ws
  balance url_param tableId
  server a 127.0.0.1:${port.a} check inter 200ms rise 2 fall 2
  server b 127.0.0.1:${port.b} check inter 200ms rise 2 fall 2
backend page
  server p 127.0.0.1:${port.page}
`,
}

# gRPC: HTTP/2 on both sides, so that trailers and streams in both directions pass. haproxy.cfg beside it says the same.

global {
  log "stdout" {
    format   = "raw"
    facility = "local0"
  }
}

defaults {
  mode = "http"
  log  = "global"
  timeout {
    client       = "1h" # a stream on which nothing moves for so long ends
    connect      = "5s"
    server       = "1h"
    http_request = "10s"
  }
  option {
    httplog = true
  }
}

frontend "grpc" {
  bind "127.0.0.1:7090" { # with ssl, crt and alpn = ["h2"] over TLS
    proto = "h2"
  }
  # The path is /package.Service/Method.
  use_backend "billing" { when = matches(path(), "^/billing\\.") }
  default_backend = "greeter"
}

# Each call is balanced for itself, however many share a client's connection.
backend "greeter" {
  balance = "leastconn"
  server "g1" {
    address = "127.0.0.1:7091"
    proto   = "h2" # without TLS; with ssl it is alpn = ["h2"]
    check {} # a connection; gRPC has no health check that a plain HTTP request would be
  }
  server "g2" {
    address = "127.0.0.1:7092"
    proto   = "h2"
    check {}
  }
}

backend "billing" {
  server "b1" {
    address = "127.0.0.1:7093"
    proto   = "h2"
  }
}

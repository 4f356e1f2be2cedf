# The example that "weir run" shows without -c: WebSockets stick to a server by their tableId,
# every other request goes round robin.

global {
  stats_socket "/run/weir/example.sock" {
    mode  = "600"
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
    client       = "30s"
    connect      = "2s"
    server       = "30s"
    queue        = "5s"
    http_request = "10s"
    check        = "5s" # of an answer; without it, inter is what a health check may take
    tunnel       = "1h" # how long a WebSocket may be silent
  }
  option {
    httplog    = true
    redispatch = true
    forwardfor {}
  }
}

frontend "ft_demo" {
  bind ":7000" {}

  acl "websocket" {
    when = hdr("Connection") == "upgrade" && hdr("Upgrade") == "websocket"
  }
  http_request "use-service" {
    service = "prometheus-exporter"
    when    = path() == "/metrics"
  }
  stats_uri = "/stats"

  use_backend "bk_ws" {
    when = acl.websocket
  }
  default_backend = "bk_web"
}

# The hash of the URL's tableId picks the server: the same table always meets the same one,
# whatever Weir or client it comes through. While that server is down its tables move to the other one.
backend "bk_ws" {
  balance = url_param("tableId")
  option {
    httpchk {
      method = "GET"
      uri    = "/health"
    }
  }
  default_server {
    inter = "500ms"
    rise  = 2
    fall  = 2
  }
  server "websrv1" {
    address = "127.0.0.1:7070"
    maxconn = 30000
    weight  = 10
    check {}
  }
  server "websrv2" {
    address = "127.0.0.1:7071"
    maxconn = 30000
    weight  = 10
    check {}
  }
}

backend "bk_web" {
  balance = "roundrobin"
  option {
    httpchk {
      method = "GET"
      uri    = "/health"
    }
  }
  default_server {
    inter = "500ms"
    rise  = 2
    fall  = 2
  }
  server "websrv1" {
    address = "127.0.0.1:7070"
    check {}
  }
  server "websrv2" {
    address = "127.0.0.1:7071"
    check {}
  }
}

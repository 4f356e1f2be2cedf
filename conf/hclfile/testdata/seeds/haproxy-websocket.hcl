# WebSockets that stick to a server by a URL parameter, beside plain HTTP.
global {
  log "127.0.0.1" {
    facility = "local3"
    level    = "info"
  }
  stats_socket "/run/weir/admin.sock" {
    mode  = "660"
    level = "admin"
  }
  stats_timeout = "30s"
  user          = "haproxy"
  group         = "haproxy"
}

defaults {
  mode    = "http"
  log     = "global"
  retries = 3
  backlog = 10000
  option {
    httplog           = true
    http_server_close = true
    dontlognull       = true
    redispatch        = true
    forwardfor {}
  }
  timeout {
    client          = "25s"
    connect         = "5s"
    server          = "25s"
    tunnel          = "3600s"
    http_keep_alive = "1s"
    http_request    = "15s"
    queue           = "30s"
    tarpit          = "60s"
  }
  default_server {
    inter = "3s"
    rise  = 2
    fall  = 3
  }
  errorfile = {
    "400" = "errors/400.http"
    "403" = "errors/403.http"
    "408" = "errors/408.http"
    "500" = "errors/500.http"
    "502" = "errors/502.http"
    "503" = "errors/503.http"
    "504" = "errors/504.http"
  }
}

frontend "ft_web" {
  option { httplog = true }
  capture_request_header "Host" { len = 15 }
  log "/dev/log" {
    facility = "local3"
    level    = "debug"
  }
  bind "*:7000" { name = "http" }
  maxconn = 60000

  # routing by the Host field
  acl "host_ws" { when = starts_with_i(hdr("Host"), "ws.") }
  use_backend "bk_ws" { when = acl.host_ws }

  # routing by the WebSocket handshake
  acl "hdr_connection_upgrade" { when = hdr("Connection") == "upgrade" }
  acl "hdr_upgrade_websocket" { when = hdr("Upgrade") == "websocket" }
  capture_request_header "Sec-WebSocket-Key" { len = 40 }
  use_backend "bk_ws" { when = acl.hdr_connection_upgrade && acl.hdr_upgrade_websocket }

  default_backend = "bk_web"
}

backend "bk_web" {
  balance = url_param("tableId")
  server "websrv1" {
    address = "localhost:7070"
    maxconn = 10000
    weight  = 10
    cookie  = "websrv1"
    check   = true
  }
  server "websrv2" {
    address = "localhost:7071"
    maxconn = 10000
    weight  = 10
    cookie  = "websrv2"
    check   = true
  }
}

backend "bk_ws" {
  balance = url_param("tableId")

  # the handshake must be complete
  acl "hdr_connection_upgrade" { when = hdr("Connection") == "upgrade" }
  acl "hdr_upgrade_websocket" { when = hdr("Upgrade") == "websocket" }
  acl "hdr_websocket_key" { when = hdr_cnt("Sec-WebSocket-Key") == 1 }
  acl "hdr_websocket_version" { when = hdr_cnt("Sec-WebSocket-Version") == 1 }
  http_request "deny" {
    when = !acl.hdr_connection_upgrade && !acl.hdr_upgrade_websocket && !acl.hdr_websocket_key && !acl.hdr_websocket_version
  }

  # and the application protocol one that we know
  acl "ws_valid_protocol" { when = hdr("Sec-WebSocket-Protocol") == "echo-protocol" }
  http_request "deny" { when = !acl.ws_valid_protocol }

  # a health check that is a handshake itself
  option {
    httpchk {
      method  = "GET"
      uri     = "/"
      version = "HTTP/1.1"
      headers = {
        Connection             = "Upgrade"
        Upgrade                = "websocket"
        Sec-WebSocket-Key      = "haproxy"
        Sec-WebSocket-Version  = "13"
        Sec-WebSocket-Protocol = "echo-protocol"
      }
    }
  }
  http_check_expect = "status 101"

  server "websrv1" {
    address = "localhost:7070"
    maxconn = 30000
    weight  = 10
    cookie  = "websrv1"
    check   = true
  }
  server "websrv2" {
    address = "localhost:7071"
    maxconn = 30000
    weight  = 10
    cookie  = "websrv2"
    check   = true
  }
}

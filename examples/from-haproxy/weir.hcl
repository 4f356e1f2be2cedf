# WebSockets beside plain HTTP, as a site had it in haproxy.cfg. weir.hcl beside it is what this gave:
#
#     weir convert -o weir.hcl haproxy.cfg
global {
  log_tag      = "haproxy" # haproxy.cfg's default: what log lines are found by
  default_path = "config"  # file names are relative to this file
  log "127.0.0.1" {
    facility = "local3"
    level    = "info"
  }
  stats_socket "unix@/run/weir/admin.sock" {
    mode  = "660"
    level = "admin"
  }
  stats_timeout = "30s"
}

defaults {
  mode = "http"
  log  = "global"
  option {
    httplog           = true
    http_server_close = true
    dontlognull       = true
    redispatch        = true
    forwardfor {}
  }
  retries = 3
  backlog = 10000
  timeout {
    client  = "25s"
    connect = "5s"
    server  = "25s"
    # a WebSocket may be silent for an hour
    tunnel          = "1h"
    http_keep_alive = "1s"
    http_request    = "15s"
    queue           = "30s"
    tarpit          = "1m"
  }
  default_server {
    inter = "3s"
    rise  = 2
    fall  = 3
  }

  errorfile = {
    "503" = "errors/503.http"
  } # nobody is left to answer
}

frontend "ft_web" {
  capture_request_header "Host" { len = 15 }
  bind "*:7000" { name = "http" }
  maxconn = 60000

  ## routing based on Host header
  acl "host_ws" { when = starts_with_i(hdr("Host"), "ws.") }
  use_backend "bk_ws" { when = acl.host_ws }

  ## routing based on websocket protocol header
  acl "hdr_connection_upgrade" { when = hdr("Connection") == "upgrade" }
  acl "hdr_upgrade_websocket" { when = hdr("Upgrade") == "websocket" }
  use_backend "bk_ws" { when = acl.hdr_connection_upgrade && acl.hdr_upgrade_websocket }

  #use_backend bk_beta if { hdr_beg(Host) -i beta. }
  default_backend = "bk_web"
}

backend "bk_web" {
  balance = "roundrobin"
  option {
    httpchk {
      method = "HEAD"
      uri    = "/"
    }
  }
  http_request "set-header" {
    name  = "X-Forwarded-Host"
    value = req_hdr("Host")
  }
  server "websrv1" {
    address = "localhost:7070"
    weight  = 10
    maxconn = 10000
    check   = true
  }
  server "websrv2" {
    address = "localhost:7071"
    weight  = 10
    maxconn = 10000
    check   = true
  }
}

# the same tableId meets at the same server
backend "bk_ws" {
  balance = "url_param tableId"

  ## websocket protocol validation
  acl "hdr_websocket_key" { when = hdr_cnt("Sec-WebSocket-Key") == 1 }
  acl "hdr_websocket_version" { when = hdr_cnt("Sec-WebSocket-Version") == 1 }
  http_request "deny" { when = !acl.hdr_websocket_key && !acl.hdr_websocket_version }

  ## ensure our application protocol name is valid
  ## (don't forget to update the list each time you publish new applications)
  acl "ws_valid_protocol" { when = hdr("Sec-WebSocket-Protocol") == "echo-protocol" }
  http_request "deny" {
    status = 400
    when   = !acl.ws_valid_protocol
  }

  server "websrv1" {
    address = "localhost:7070"
    weight  = 10
    maxconn = 30000
    check   = true
  }
  server "websrv2" {
    address = "localhost:7071"
    weight  = 10
    maxconn = 30000
    check   = true
  }
}

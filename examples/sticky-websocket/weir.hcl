# WebSockets that stick to a server by a parameter of their URL.
#
# A client opens ws://host:7000/ws?tableId=42. Everybody at table 42 must meet at the same server, since the server keeps
# the table in its memory.

global {
  maxconn = 60000
  # The directory must be there; systemd's RuntimeDirectory=weir makes it, or mkdir by hand.
  stats_socket "/run/weir/admin.sock" {
    mode  = "660"
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
    client       = "25s"
    connect      = "5s"
    server       = "25s"
    http_request = "15s"
    queue        = "30s"
    # Once the WebSocket is up this one replaces client and server: how long both sides may be silent.
    tunnel = "1h"
    # A client that vanished without a word while the connection was closing is dropped after this.
    client_fin = "1s"
  }
  option {
    httplog    = true
    redispatch = true
    forwardfor {}
  }
}

frontend "ft_web" {
  bind ":7000" {}

  # Both fields are compared without regard to case, as RFC 9110 says they are.
  acl "websocket" {
    when = hdr("Connection") == "upgrade" && hdr("Upgrade") == "websocket"
  }
  use_backend "bk_ws" {
    when = acl.websocket
  }
  default_backend = "bk_web"
}

backend "bk_ws" {
  # The hash of tableId picks the server, so no state is kept and none has to be shared between load balancers.
  # A request without the parameter goes round robin.
  balance = url_param("tableId")

  # A handshake that speaks another version of the protocol ends here, not at a server.
  acl "valid_version" {
    when = hdr("Sec-WebSocket-Version") == "13"
  }
  http_request "deny" {
    when = !acl.valid_version
  }

  option {
    httpchk {
      method = "GET"
      uri    = "/health"
    }
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
  server "websrv1" {
    address = "127.0.0.1:7070"
    check {}
  }
  server "websrv2" {
    address = "127.0.0.1:7071"
    check {}
  }
}

# A site behind two servers, balanced by a request field.
global {
  log "127.0.0.1" {
    facility = "local3"
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
  log "/dev/log" {
    facility = "local3"
    level    = "info"
  }
  bind "*:7000" { name = "http" }
  maxconn         = 10000
  default_backend = "bk_web"
}

backend "bk_web" {
  balance = hdr("tableId")
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

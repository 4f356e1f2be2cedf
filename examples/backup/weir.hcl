# When all servers are gone: a backup that says sorry, and a page of our own where even that is gone.

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
    client  = "30s"
    connect = "2s"
    server  = "30s"
    queue   = "5s" # a request waits this long for a free slot, then gets the 503
  }
  retries = 2
  option {
    httplog    = true
    redispatch = true # the last retry may go to another server
  }
}

frontend "ft_web" {
  bind ":7600" {}
  default_backend = "bk_shop"
}

backend "bk_shop" {
  balance = "roundrobin"
  # Sent as it is, status line and fields included.
  errorfile = { "503" = "sorry.http" }

  server "shop1" {
    address = "127.0.0.1:9301"
    maxconn = 100
    check {}
  }
  server "shop2" {
    address = "127.0.0.1:9302"
    maxconn = 100
    check {}
  }
  # Used only while neither of the above is up.
  server "sorry" {
    address = "127.0.0.1:9309"
    backup  = true
  }
}

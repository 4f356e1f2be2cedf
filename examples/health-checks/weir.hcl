# Knowing which servers are well: TCP and HTTP checks, how fast they notice, and a port of their own.

global {
  # Checks are spread by up to 5 % of their interval, so that servers are not all asked in the same millisecond.
  spread_checks = 5
  # The directory must be there; systemd's RuntimeDirectory=weir makes it, or mkdir by hand.
  stats_socket "/run/weir/admin.sock" {
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
    client  = "30s"
    connect = "2s"
    server  = "30s"
    check   = "1s" # for the answer, after the connection
  }
  option {
    httplog           = true
    redispatch        = true
    log_health_checks = true # every change of a check's outcome is a log line
  }
  # Down after 3 failures 2 s apart, up after 2 successes. In between it is asked every 500 ms, while down every 5 s.
  default_server {
    inter     = "2s"
    fastinter = "500ms"
    downinter = "5s"
    rise      = 2
    fall      = 3
  }
}

frontend "ft_web" {
  bind ":7500" {}
  acl "static" {
    when = starts_with(path(), "/static/")
  }
  use_backend "bk_static" {
    when = acl.static
  }
  default_backend = "bk_app"
}

# The application says itself whether it is well.
backend "bk_app" {
  option {
    httpchk {
      method  = "GET"
      uri     = "/health"
      version = "HTTP/1.1"
      headers = { Host = "app.example.org" }
    }
    http_check_expect = "status 200-299"
  }
  server "app1" {
    address = "127.0.0.1:9201"
    check {}
  }
  # Asked on an administrative port.
  server "app2" {
    address = "127.0.0.1:9202"
    check {
      port = 9292
    }
  }
}

# For files it is enough that the port answers.
backend "bk_static" {
  server "files1" {
    address = "127.0.0.1:9203"
    check {}
  }
}

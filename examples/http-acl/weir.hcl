# Choosing by what a request says: host, path, method, where it comes from.

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
    client       = "30s"
    connect      = "5s"
    server       = "30s"
    http_request = "10s"
  }
  option {
    httplog = true
    forwardfor {}
  }
}

frontend "ft_web" {
  bind ":7400" {}

  # What a log line shows in braces.
  capture_request_header "Host" {
    len = 40
  }

  acl "api" {
    when = starts_with(path(), "/api/") || hdr("Host") == "api.example.org"
  }
  acl "inside" {
    when = in_net(src(), "10.0.0.0/8", "127.0.0.0/8", "::1")
  }
  acl "writes" {
    when = method() == "POST" || method() == "PUT" || method() == "DELETE"
  }

  # Rules run in order; deny and redirect end the request.
  http_request "deny" {
    when   = method() == "TRACE"
    status = 405
  }
  http_request "deny" {
    when = starts_with(path(), "/admin") && !acl.inside
  }
  http_request "redirect" {
    location = "https://www.example.org${path()}"
    code     = 301
    when     = hdr("Host") == "example.org"
  }
  # What a client says about itself is replaced by what is known.
  http_request "set-header" {
    name  = "X-Real-IP"
    value = "${src()}"
  }
  http_request "del-header" {
    name = "X-Debug"
    when = !acl.inside
  }

  # The first that holds wins.
  use_backend "bk_api_write" {
    when = acl.api && acl.writes
  }
  use_backend "bk_api" {
    when = acl.api
  }
  default_backend = "bk_web"
}

backend "bk_api_write" {
  server "primary" {
    address = "127.0.0.1:9101"
  }
}

backend "bk_api" {
  balance = "roundrobin"
  server "replica1" {
    address = "127.0.0.1:9102"
  }
  server "replica2" {
    address = "127.0.0.1:9103"
  }
}

backend "bk_web" {
  # The same path meets the same server, so that its cache is warm.
  balance = "uri"
  server "web1" {
    address = "127.0.0.1:9104"
  }
  server "web2" {
    address = "127.0.0.1:9105"
  }
}

package e2e

// The configuration of the soak: every kind of stream at once, with timeouts short enough to matter within a run,
// and long enough for a machine that does something else beside.
var soakConf = map[string]string{
	"weir": `global {
  nbthread = 2
  maxconn  = 2000
  stats_socket "${dir}/stats.sock" {
    level = "admin"
  }
}
defaults {
  mode = "http"
  timeout {
    client          = "20s"
    connect         = "10s"
    server          = "20s"
    tunnel          = "20s"
    http_request    = "20s"
    http_keep_alive = "10s"
    queue           = "20s"
    check           = "20s"
  }
}
frontend "f" {
  bind "127.0.0.1:${port.f}" {}
  http_request "use-service" {
    service = "prometheus-exporter"
    when    = path() == "/metrics"
  }
  http_request "deny" {
    when = path() == "/denied"
  }
  use_backend "dead" {
    when = path() == "/dead"
  }
  use_backend "close" {
    when = starts_with(path(), "/close/")
  }
  use_backend "queue" {
    when = starts_with(path(), "/queue/")
  }
  default_backend = "b"
}
backend "b" {
  balance = "leastconn"
  server "s1" {
    address = "127.0.0.1:${port.s1}"
    check {
      inter = "500ms"
    }
  }
  server "s2" {
    address = "127.0.0.1:${port.s2}"
    check {
      inter = "500ms"
    }
  }
}
backend "close" {
  option {
    http_server_close = true
  }
  server "s1" {
    address = "127.0.0.1:${port.s1}"
  }
}
backend "queue" {
  server "s1" {
    address = "127.0.0.1:${port.s1}"
    maxconn = 2
  }
}
backend "dead" {
  retries = 0
  server "d" {
    address = "127.0.0.1:${port.dead}"
  }
}
`,
	"haproxy": `global
  nbthread 2
  maxconn 2000
  stats socket ${dir}/stats.sock level admin
defaults
  mode http
  timeout client 20s
  timeout connect 10s
  timeout server 20s
  timeout tunnel 20s
  timeout http-request 20s
  timeout http-keep-alive 10s
  timeout queue 20s
  timeout check 20s
frontend f
  bind 127.0.0.1:${port.f}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request deny if { path /denied }
  use_backend dead if { path /dead }
  use_backend close if { path_beg /close/ }
  use_backend queue if { path_beg /queue/ }
  default_backend b
backend b
  balance leastconn
  server s1 127.0.0.1:${port.s1} check inter 500ms
  server s2 127.0.0.1:${port.s2} check inter 500ms
backend close
  option http-server-close
  server s1 127.0.0.1:${port.s1}
backend queue
  server s1 127.0.0.1:${port.s1} maxconn 2
backend dead
  retries 0
  server d 127.0.0.1:${port.dead}
`,
}

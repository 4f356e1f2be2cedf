# TLS in front and to the servers. The certificate here is a self-made one whose key everybody knows: put your own into certs/.

global {
  crt_base                   = "." # file names below are from here
  ca_base                    = "."
  ssl_default_bind_options   = ["ssl-min-ver TLSv1.2"]
  ssl_default_server_options = ["ssl-min-ver TLSv1.2"]
  # Certificates can be swapped here without a reload: "set ssl cert", "commit ssl cert".
  stats_socket "/run/weir/admin.sock" {
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
    client_hs    = "5s" # a handshake that takes longer is given up
    connect      = "5s" # the handshake with the server is in it
    server       = "30s"
    http_request = "10s"
  }
  option {
    httpslog    = true # errors of certificates, name, version and cipher behind what httplog says
    dontlognull = true
  }
}

frontend "web" {
  bind "127.0.0.1:7480" {}
  # Every certificate of the folder, chosen by the name that the client asks for.
  bind "127.0.0.1:7443" {
    ssl  = true
    crt  = ["certs"]
    alpn = ["http/1.1"]
  }
  http_request "redirect" {
    scheme = "https"
    code   = 301
    when   = !ssl_fc()
  }
  # Browsers come with TLS alone from now on (HSTS); also after redirects and errors of Weir's own.
  http_after_response "set-header" {
    name  = "Strict-Transport-Security"
    value = "max-age=63072000"
    when  = ssl_fc()
  }
  http_request "set-header" {
    name  = "X-Forwarded-Proto"
    value = "https"
  }
  default_backend = "app"
}

# Clients that must show a certificate, and servers that are told who they are.
frontend "partners" {
  bind "127.0.0.1:7444" {
    ssl     = true
    crt     = ["certs"]
    verify  = "required"
    ca_file = "ca.pem"
  }
  http_request "set-header" {
    name  = "X-SSL-Client-DN"
    value = "${ssl_c_s_dn()}"
  }
  default_backend = "secure"
}

backend "app" {
  server "a1" {
    address = "127.0.0.1:9001"
  }
}

backend "secure" {
  server "s1" {
    address    = "127.0.0.1:9443"
    ssl        = true
    ca_file    = "ca.pem" # without it nothing would be trusted, and the configuration refused
    verifyhost = "www.example.com"
    sni        = hdr("Host")
  }
}

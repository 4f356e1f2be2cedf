# A site that has its certificate from Let's Encrypt, saves it and renews it by itself.
# weir run -c examples/acme/weir.hcl, on a machine that the names lead to.

acme "le" {
  directory = "https://acme-v02.api.letsencrypt.org/directory"
  contact   = "admin@example.com"
  storage   = "/var/lib/weir/acme" # certificates and the account's key; it is made where there is none
}

frontend "web" {
  mode = "http"
  timeout { client = "30s" }

  # Port 80 answers the authority and sends everybody else to HTTPS. With challenge = "tls-alpn-01" it would not be needed.
  bind ":80" {}
  bind ":443" {
    ssl     = true
    acme    = "le"
    domains = ["www.example.com", "example.com"]
    alpn    = ["h2", "http/1.1"]
  }
  http_request "redirect" {
    scheme = "https"
    code   = 301
    when   = !ssl_fc()
  }
  default_backend = "app"
}

backend "app" {
  mode = "http"
  timeout {
    connect = "5s"
    server  = "30s"
  }
  server "a1" { address = "127.0.0.1:9001" }
}

# Plain TCP: bytes go through as they are, whatever protocol they speak. Here a database and a mail server.

global {
  log "stdout" {
    format   = "raw"
    facility = "local0"
  }
}

defaults {
  mode = "tcp"
  log  = "global"
  timeout {
    connect = "5s"
    # In TCP mode these are how long a side may be silent.
    client = "10m"
    server = "10m"
  }
  option {
    tcplog      = true
    dontlognull = true # port scans and probes that send nothing
  }
}

# A listen section is a frontend and a backend in one.
listen "database" {
  bind "127.0.0.1:7300" {}
  # The fewest open connections: right where they live long and cost differently.
  balance = "leastconn"
  server "db1" {
    address = "127.0.0.1:9001"
    maxconn = 200
    check {}
  }
  server "db2" {
    address = "127.0.0.1:9002"
    maxconn = 200
    check {}
  }
}

frontend "mail" {
  bind "127.0.0.1:7301" {}
  maxconn         = 1000
  default_backend = "mail_servers"
}

backend "mail_servers" {
  # The same client address meets the same server.
  balance = "source"
  server "mail1" {
    address = "127.0.0.1:9003"
    check {}
  }
  server "mail2" {
    address = "127.0.0.1:9004"
    check {}
  }
}

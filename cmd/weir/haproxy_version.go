package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"

	"weir/conf"
)

// hapLevel is the version of HAProxy whose language Weir speaks: what "version_atleast" is asked about, and what scripts read in the first
// line of -v.
const hapLevel = "2.6.12"

// hapVersion begins with the version that programs compare, and says what it is.
func hapVersion() string { return hapLevel + "-weir-" + strings.ReplaceAll(version, " ", "-") }

// hapFeatures is HAProxy's list of build options with what holds of this program.
var hapFeatures = []struct {
	name string
	on   bool
}{
	{"51DEGREES", false}, {"ACCEPT4", true}, {"BACKTRACE", true}, {"CLOSEFROM", false}, {"CPU_AFFINITY", true}, {"CRYPT_H", false},
	{"DEVICEATLAS", false}, {"DL", false}, {"ENGINE", false}, {"EPOLL", true}, {"EVPORTS", false}, {"GETADDRINFO", false}, {"KQUEUE", false},
	{"LIBCRYPT", false}, {"LINUX_CAP", false}, {"LINUX_SPLICE", true}, {"LINUX_TPROXY", true}, {"LUA", false}, {"MATH", false},
	{"MEMORY_PROFILING", false}, {"NETFILTER", false}, {"NS", true}, {"OBSOLETE_LINKER", false}, {"OPENSSL", true}, {"OT", false}, {"PCRE", false},
	{"PCRE2", false}, {"PCRE2_JIT", false}, {"PCRE_JIT", false}, {"POLL", false}, {"PRCTL", false}, {"PROCCTL", false}, {"PROMEX", true},
	{"QUIC", false}, {"QUIC_OPENSSL_COMPAT", false}, {"RT", true}, {"SLZ", false}, {"SSL", true}, {"STATIC_PCRE", false}, {"STATIC_PCRE2", false},
	{"SYSTEMD", true}, {"TFO", true}, {"THREAD", true}, {"THREAD_DUMP", false}, {"TPROXY", true}, {"WURFL", false}, {"ZLIB", false},
}

// printHapVersion writes what -v and -vv ask for.
func printHapVersion(w io.Writer, f *hapFlags) {
	if f.short {
		fmt.Fprintln(w, hapVersion())
		return
	}
	fmt.Fprintf(w, "HAProxy version %s - Weir %s, which runs HAProxy's configurations\n", hapVersion(), version)
	fmt.Fprintf(w, "Status: the language is that of HAProxy %s; \"weir compat FILE\" says what of a configuration is done.\n", hapLevel[:strings.LastIndexByte(hapLevel, '.')])
	fmt.Fprintf(w, "Running on: %s\n", running())
	if f.version == 2 {
		buildOptions(w)
	}
}

func running() string {
	var u syscall.Utsname
	if syscall.Uname(&u) != nil {
		return runtime.GOOS + " " + runtime.GOARCH
	}
	text := func(f [65]int8) string {
		var b strings.Builder
		for _, c := range f {
			if c == 0 {
				break
			}
			b.WriteByte(byte(c))
		}
		return b.String()
	}
	return strings.Join([]string{text(u.Sysname), text(u.Release), text(u.Version), text(u.Machine)}, " ")
}

func buildOptions(w io.Writer) {
	fmt.Fprintf(w, "Build options :\n  TARGET  = %s-%s\n  CC      = %s\n", runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprint(w, "\nFeature list :")
	for _, f := range hapFeatures {
		sign := "-"
		if f.on {
			sign = "+"
		}
		fmt.Fprint(w, " "+sign+f.name)
	}
	fmt.Fprintf(w, "\n\nDefault settings :\n  bufsize = %d, maxrewrite = %d\n", conf.DefaultBufSize, conf.DefaultMaxRewrite)
	fmt.Fprintf(w, "\nBuilt with multi-threading support (event loops, default=%d).\n", runtime.GOMAXPROCS(0))
	fmt.Fprint(w, "Built with TLS by Go's crypto/tls (SNI, ALPN, client certificates; versions 1.0 to 1.3)\nBuilt with the Prometheus exporter as a service\n")
	fmt.Fprint(w, "Built with transparent proxy support using: IP_TRANSPARENT\nRegular expressions : RE2, and what only PCRE has by a library of its own\n")
	fmt.Fprint(w, "\nAvailable polling systems :\n      epoll : pref=300,  test result OK\nTotal: 1 (1 usable), will use epoll.\n")
	fmt.Fprint(w, "\nAvailable services : prometheus-exporter\nAvailable filters :\n\n")
}

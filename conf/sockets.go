package conf

import (
	"errors"
	"net/netip"
	"os"
	"strings"
)

// HashKeys are what "hash-key" takes, HashAffinities what "hash-preserve-affinity" does.
var (
	HashKeys       = []string{"id", "addr", "addr-port"}
	HashAffinities = []string{"always", "maxconn", "maxqueue"}
)

// CheckInitAddr makes sure of one method of "init-addr".
func CheckInitAddr(method string) error {
	switch method {
	case "last", "libc", "none":
		return nil
	}
	if _, err := netip.ParseAddr(method); err != nil {
		return errors.New("want last, libc, none or an IP address")
	}
	return nil
}

// CheckCase makes sure that to is from with other letters in capitals, and from the name of a field in lower case.
func CheckCase(from, to string) error {
	switch {
	case !IsToken(from) || from != strings.ToLower(from):
		return errors.New("want the name of a header field in lower case before it")
	case !strings.EqualFold(from, to):
		return errors.New("want the same name, with other letters in capitals")
	}
	return nil
}

// maxCaseFile bounds what is read of an h1-case-adjust-file.
const maxCaseFile = 1 << 20

// ReadCases returns the names of "h1-case-adjust" and those in its file.
func (g *Global) ReadCases() ([]string, error) {
	names := g.Cases
	if g.CaseFile == "" {
		return names, nil
	}
	data, err := os.ReadFile(g.CaseFile)
	if err != nil {
		return nil, err
	}
	if len(data) > maxCaseFile {
		return nil, errors.New("h1-case-adjust-file is too large")
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		if len(f) != 2 {
			return nil, errors.New("h1-case-adjust-file: want two names on each line")
		}
		if err := CheckCase(f[0], f[1]); err != nil {
			return nil, err
		}
		names = append(names, f[1])
	}
	return names, nil
}

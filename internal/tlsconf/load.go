package tlsconf

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weir/conf"
)

// extras are the kinds of files that are read beside a certificate.
type extras struct {
	bundle, sctl, ocsp, issuer, key bool
	delExt                          bool
	keyBase                         string
	unlock                          *unlocker
	chains                          func() ([][]*x509.Certificate, error)
}

func extrasOf(g *conf.GlobalTLS) extras {
	has := func(kind string) bool { return g.LoadExtra == nil || slices.Contains(g.LoadExtra, kind) }
	return extras{bundle: has("bundle"), sctl: has("sctl"), ocsp: has("ocsp"), issuer: has("issuer"), key: has("key"), delExt: g.DelExt, keyBase: g.KeyBase,
		unlock: &unlocker{cmd: g.PassphraseCmd}, chains: chainsIn(g.IssuersChain)}
}

// bundleEndings are those of a bundle's files, best first.
var bundleEndings = []string{".ecdsa", ".rsa", ".dsa"}

// pathsOf are the certificate files that a crt names: itself, those of a folder, or those of a bundle.
func (x *extras) pathsOf(path string) ([]string, error) {
	st, err := os.Stat(path)
	switch {
	case err == nil && st.IsDir():
		return dirFiles(path)
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, os.ErrNotExist) || !x.bundle:
		return nil, plain(err)
	}
	var list []string
	for _, e := range bundleEndings {
		if _, err := os.Stat(path + e); err == nil {
			list = append(list, path+e)
		}
	}
	if list == nil {
		return nil, plain(err)
	}
	return list, nil
}

// errNoFiles is a folder without any.
var errNoFiles = errors.New("no certificate in that folder")

// dirFiles are the certificates of a folder, in alphabetic order.
func dirFiles(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, plain(err)
	}
	if len(entries) > maxDir {
		return nil, fmt.Errorf("more than %d files in it", maxDir)
	}
	var list []string
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".key", ".issuer", ".ocsp", ".sctl":
			continue
		}
		full := filepath.Join(path, e.Name())
		if st, err := os.Stat(full); err != nil || st.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		list = append(list, full)
	}
	if list == nil {
		return nil, errNoFiles
	}
	return list, nil
}

// read reads a certificate's files.
func (x *extras) read(path string) (files, error) {
	var f files
	var err error
	if f.pem, err = readFile(path); err != nil {
		return f, err
	}
	base := path
	if x.delExt {
		base = strings.TrimSuffix(path, filepath.Ext(path))
	}
	beside := func(on bool, to *[]byte, ending string) {
		if on && err == nil {
			*to, err = readBeside(base + ending)
		}
	}
	beside(x.ocsp, &f.ocsp, ".ocsp")
	beside(x.sctl, &f.sctl, ".sctl")
	beside(x.issuer, &f.issuer, ".issuer")
	if x.key && err == nil && !bytes.Contains(f.pem, []byte("PRIVATE KEY-----")) {
		key := base + ".key"
		if x.keyBase != "" {
			key = filepath.Join(x.keyBase, filepath.Base(key))
		}
		f.key, err = readBeside(key)
	}
	return f, err
}

// load reads one certificate.
func (x *extras) load(path string) (*Pair, error) {
	f, err := x.read(path)
	if err != nil {
		return nil, err
	}
	return x.parsePair(path, f)
}

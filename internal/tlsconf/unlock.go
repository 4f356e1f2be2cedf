package tlsconf

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// unlocker opens keys that have a passphrase. Those that opened one are tried on the next before the program is asked (ssl-passphrase-cmd).
type unlocker struct {
	cmd   []string
	mu    sync.Mutex
	known []string
}

// pair is tls.X509KeyPair of a certificate's files, whose key may have a passphrase.
func (u *unlocker) pair(path string, f files) (tls.Certificate, error) {
	key := f.key
	if key == nil {
		key = f.pem
	}
	key, err := u.open(path, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	c, err := tls.X509KeyPair(f.pem, key)
	if err != nil {
		return c, pairError(f, err)
	}
	if c.Leaf == nil {
		c.Leaf, err = x509.ParseCertificate(c.Certificate[0])
	}
	return c, err
}

// open replaces the first key of a file by one without a passphrase.
func (u *unlocker) open(path string, b []byte) ([]byte, error) {
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "PRIVATE KEY" && !strings.HasSuffix(block.Type, " PRIVATE KEY") {
			continue
		}
		if !locked(block) {
			return b, nil
		}
		if u == nil || u.cmd == nil && u.known == nil {
			return nil, errors.New("the private key is encrypted; want one without a passphrase, or ssl-passphrase-cmd")
		}
		return u.unlock(path, block)
	}
	return b, nil
}

func locked(b *pem.Block) bool {
	return b.Type == "ENCRYPTED PRIVATE KEY" || b.Headers["DEK-Info"] != ""
}

func (u *unlocker) unlock(path string, block *pem.Block) ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var err error
	for _, pass := range u.known {
		var key []byte
		if key, err = unlockWith(block, pass); err == nil {
			return key, nil
		}
	}
	if u.cmd == nil {
		return nil, err
	}
	pass, err := u.ask(path)
	if err != nil {
		return nil, err
	}
	key, err := unlockWith(block, pass)
	if err != nil {
		return nil, err
	}
	u.known = append(u.known, pass)
	return key, nil
}

// ask runs the program: its last argument is the file, and the first line of what it writes is the passphrase.
func (u *unlocker) ask(path string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), passphraseTimeout)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, u.cmd[0], append(append([]string{}, u.cmd[1:]...), path)...)
	cmd.Stderr, cmd.WaitDelay = &said, passphraseTimeout
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ssl-passphrase-cmd: %s: %w %s", u.cmd[0], err, strings.TrimSpace(said.String()))
	}
	pass, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSuffix(pass, "\r"), nil
}

var errPassphrase = errors.New("the passphrase is not that of the private key")

func unlockWith(block *pem.Block, pass string) ([]byte, error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		der, err := decryptPKCS8(block.Bytes, []byte(pass))
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
	}
	//lint:ignore SA1019 keys of before PKCS #8 are there, and whoever could use their weakness has the file
	der, err := x509.DecryptPEMBlock(block, []byte(pass))
	if err != nil {
		return nil, errPassphrase
	}
	return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
}

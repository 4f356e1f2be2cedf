package acl

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"sync/atomic"
)

// keyStore holds the keys of tokens by the names of their files. They are read when a configuration names them; what a variable
// names is looked up among them, without a lock and without a look at the disk.
type keyStore struct {
	mu                      sync.Mutex // who adds
	public, certs, privates atomic.Pointer[map[string]any]
}

// maxKeyFile bounds a key's file: a wrong name, such as a device's, must not take all memory.
const maxKeyFile = 1 << 20

// find is the public key of a file, nil where none was loaded.
func (k *keyStore) find(name string, certs bool) crypto.PublicKey {
	list := k.public.Load()
	if certs {
		list = k.certs.Load()
	}
	if list == nil {
		return nil
	}
	return (*list)[name]
}

// private is the private key of a certificate's file, nil where none was loaded.
func (k *keyStore) private(name string) any {
	if list := k.privates.Load(); list != nil {
		return (*list)[name]
	}
	return nil
}

// put adds a key, or replaces it.
func (k *keyStore) put(to *atomic.Pointer[map[string]any], name string, key any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := map[string]any{}
	if old := to.Load(); old != nil {
		list = maps.Clone(*old)
	}
	list[name] = key
	to.Store(&list)
}

func (k *keyStore) loadPublic(a *args, name string) error {
	b, err := readKeyFile(a, name)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return errors.New("there is no PEM in it")
	}
	var key any
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		return errors.New("there is a certificate in it, which jwt_verify_cert takes")
	default:
		return fmt.Errorf("got %q; want PUBLIC KEY or RSA PUBLIC KEY", block.Type)
	}
	if err == nil {
		err = checkPublic(key)
	}
	if err == nil {
		k.put(&k.public, name, key)
	}
	return err
}

func (k *keyStore) loadCert(a *args, name string) error {
	b, err := readKeyFile(a, name)
	if err != nil {
		return err
	}
	block := findPEM(b, "CERTIFICATE")
	if block == nil {
		return errors.New("there is no certificate in it")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		err = checkPublic(cert.PublicKey)
	}
	if err == nil {
		k.put(&k.certs, name, cert.PublicKey)
	}
	return err
}

func checkPublic(key any) error {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return nil
	}
	return errors.New("want an RSA or an EC key")
}

// loadPrivate reads the private key that is in a certificate's file, or in the one with .key behind its name.
func (k *keyStore) loadPrivate(a *args, name string) error {
	b, err := readKeyFile(a, name)
	if err != nil {
		return err
	}
	block := findPrivate(b)
	if block == nil {
		if b, err = readKeyFile(a, name+".key"); err == nil {
			block = findPrivate(b)
		}
	}
	if block == nil {
		return errors.New("there is no private key in it, nor in that name with .key")
	}
	key, err := parsePrivate(block)
	if err == nil {
		k.put(&k.privates, name, key)
	}
	return err
}

func findPrivate(b []byte) *pem.Block {
	return findPEM(b, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
}

func parsePrivate(block *pem.Block) (any, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
		return key, nil
	}
	return nil, errors.New("want an RSA or an EC key")
}

// findPEM is the first block of one of these types.
func findPEM(b []byte, types ...string) *pem.Block {
	for {
		block, rest := pem.Decode(b)
		if block == nil {
			return nil
		}
		for _, t := range types {
			if block.Type == t {
				return block
			}
		}
		b = rest
	}
}

func readKeyFile(a *args, name string) ([]byte, error) {
	path := a.path(name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxKeyFile:
		return nil, fmt.Errorf("want a file of at most %d bytes", maxKeyFile)
	}
	return os.ReadFile(path)
}

package tlsconf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
)

// Keys with a passphrase, as OpenSSL writes them: PBES2 with PBKDF2 (RFC 8018, 6.2; RFC 5958, 3).

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// kdfHashes are what PBKDF2 may be made of; the first is meant where nothing is said.
var kdfHashes = []struct {
	oid asn1.ObjectIdentifier
	new func() hash.Hash
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}, sha1.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}, sha256.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, sha512.New384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, sha512.New},
}

// keyCiphers are the ciphers, all in CBC mode.
var keyCiphers = []struct {
	oid  asn1.ObjectIdentifier
	size int
	new  func([]byte) (cipher.Block, error)
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}, 24, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, 32, aes.NewCipher},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}, 24, des.NewTripleDESCipher},
}

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Params struct {
	KDF    pkix.AlgorithmIdentifier
	Cipher pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt   []byte
	Rounds int
	Length int                      `asn1:"optional"`
	Hash   pkix.AlgorithmIdentifier `asn1:"optional"`
}

// decryptPKCS8 opens an EncryptedPrivateKeyInfo.
func decryptPKCS8(der, pass []byte) ([]byte, error) {
	var k encryptedKey
	var p pbes2Params
	var kdf pbkdf2Params
	var iv []byte
	if !whole(der, &k) {
		return nil, errors.New("the encrypted private key is malformed")
	}
	if !k.Algorithm.Algorithm.Equal(oidPBES2) || !whole(k.Algorithm.Parameters.FullBytes, &p) || !p.KDF.Algorithm.Equal(oidPBKDF2) ||
		!whole(p.KDF.Parameters.FullBytes, &kdf) || !whole(p.Cipher.Parameters.FullBytes, &iv) {
		return nil, errors.New("the private key is encrypted in a way that is not known; want PBES2 with PBKDF2, as openssl pkcs8 -topk8 writes")
	}
	if kdf.Rounds < 1 || kdf.Rounds > maxRounds {
		return nil, fmt.Errorf("the private key is encrypted with %d rounds; want up to %d", kdf.Rounds, maxRounds)
	}
	newHash := kdfHashes[0].new
	for _, h := range kdfHashes {
		if h.oid.Equal(kdf.Hash.Algorithm) {
			newHash = h.new
		}
	}
	for _, c := range keyCiphers {
		if !c.oid.Equal(p.Cipher.Algorithm) {
			continue
		}
		key, err := pbkdf2.Key(newHash, string(pass), kdf.Salt, kdf.Rounds, c.size)
		if err != nil {
			return nil, err
		}
		return decryptCBC(c.new, key, iv, k.Data)
	}
	return nil, errors.New("the private key is encrypted with a cipher that is not known; want AES or 3DES in CBC mode")
}

// whole reads b into v, with nothing behind it.
func whole(b []byte, v any) bool {
	rest, err := asn1.Unmarshal(b, v)
	return err == nil && len(rest) == 0
}

// decryptCBC takes off the cipher and the padding (RFC 8018, 6.1.1). What comes out must be a key: else the passphrase is wrong.
func decryptCBC(newCipher func([]byte) (cipher.Block, error), key, iv, data []byte) ([]byte, error) {
	c, err := newCipher(key)
	if err != nil {
		return nil, err
	}
	n := c.BlockSize()
	if len(iv) != n || len(data) == 0 || len(data)%n != 0 {
		return nil, errors.New("the encrypted private key is malformed")
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(c, iv).CryptBlocks(out, data)
	pad := int(out[len(out)-1])
	if pad == 0 || pad > n {
		return nil, errPassphrase
	}
	out = out[:len(out)-pad]
	if _, err := x509.ParsePKCS8PrivateKey(out); err != nil {
		return nil, errPassphrase
	}
	return out, nil
}

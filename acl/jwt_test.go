package acl

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"weir/conf"
)

const tokenBody = `{"sub":"1","n":12}`

// signToken signs with a key; header is what the token says of itself, which may be a lie.
func signToken(t testing.TB, header, alg string, key any) string {
	t.Helper()
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(tokenBody))
	if alg == jwtNone {
		return signed + "."
	}
	sig, err := jwtMethods[alg].Sign(signed, key)
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + enc.EncodeToString(sig)
}

func writeKey(t testing.TB, name, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newRSAKey(t testing.TB) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return key, writeKey(t, "rsa.pem", "PUBLIC KEY", der, err)
}

func newECKey(t testing.TB, curve elliptic.Curve) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return key, writeKey(t, "ec.pem", "PUBLIC KEY", der, err)
}

// jwtTester evaluates a converter of the token in txn.token; alg is what is in txn.alg and, behind a space, in txn.file.
func jwtTester(t *testing.T) func(token, call, alg, want string) {
	state := NewState()
	c := newContext(t, "GET / HTTP/1.1\n")
	return func(token, call, alg, want string) {
		t.Helper()
		c.Begin(c.Now)
		set := func(name, value string) {
			v, err := state.Var(name)
			if err != nil {
				t.Fatal(err)
			}
			v.Set(c, &Sample{Type: Str, Bytes: []byte(value)})
		}
		set("txn.token", token)
		alg, file, _ := strings.Cut(alg, " ")
		if alg != "" {
			set("txn.alg", alg)
		}
		if file != "" {
			set("txn.file", file)
		}
		x, err := NewCompiler(Options{State: state}).Expr(parseCalls(t, "var(txn.token),"+call))
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if b, ok := x.AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s of %.60s, alg %q: got %s; want %s", call, token, alg, got, want)
		}
	}
}

func TestJWTVerify(t *testing.T) {
	f := jwtTester(t)
	key, rsaFile := newRSAKey(t)
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		token := signToken(t, `{"alg":"`+alg+`"}`, alg, key)
		f(token, "jwt_verify("+alg+","+rsaFile+")", "", "1")
		f(token[:len(token)-4]+"AAAA", "jwt_verify("+alg+","+rsaFile+")", "", "0")
	}
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		key, file := newECKey(t, curve)
		f(signToken(t, `{}`, alg, key), "jwt_verify("+alg+","+file+")", "", "1")
		f(signToken(t, `{}`, alg, key), "jwt_verify(RS256,"+file+")", "", "0")
	}
	secret := []byte("s3cret")
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		f(signToken(t, `{}`, alg, secret), "jwt_verify("+alg+",s3cret)", "", "1")
		f(signToken(t, `{}`, alg, secret), "jwt_verify(txn.alg,s3cret)", alg, "1")
		f(signToken(t, `{}`, alg, secret), "jwt_verify("+alg+",other)", "", "0")
	}
	token := signToken(t, `{}`, "HS256", secret)
	f(token+"=", "jwt_verify(HS256,s3cret)", "", "-3")
	f(token+".", "jwt_verify(HS256,s3cret)", "", "-3")
	if got := verifyToken(&Context{}, []byte(strings.Repeat("a", maxToken)+token), jwtMethods["HS256"], secret); got != jwtBadToken {
		t.Errorf("a token that is too long: got %d", got)
	}
	f(token, "jwt_verify(txn.alg,s3cret)", "EdDSA", "-1")
	f(token, "jwt_verify(txn.alg,s3cret)", "RS256", "-5")
	// The last bits of a signature mean nothing: another spelling of the same bytes is another token.
	last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", token[len(token)-1])
	f(token[:len(token)-1]+"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last|1:last|1+1], "jwt_verify(HS256,s3cret)", "", "-3")
}

// A key is of one kind whatever a token says: neither is a public key taken for a secret, nor its file's name.
func TestJWTConfusion(t *testing.T) {
	f := jwtTester(t)
	key, file := newRSAKey(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	call := "jwt_verify(txn.alg," + file + ")"
	f(signToken(t, `{"alg":"RS256"}`, "RS256", key), call, "RS256", "1")
	f(signToken(t, `{"alg":"HS256"}`, "HS256", text), call, "HS256", "-2")
	f(signToken(t, `{"alg":"HS256"}`, "HS256", []byte(file)), call, "HS256", "-2")
	byVar := "jwt_verify(txn.alg,txn.file)"
	f(signToken(t, `{"alg":"RS256"}`, "RS256", key), byVar, "RS256 "+file, "1") // it was loaded for the lines above
	f(signToken(t, `{"alg":"HS256"}`, "HS256", []byte(file)), byVar, "HS256 "+file, "-2")
	f(signToken(t, `{"alg":"HS256"}`, "HS256", []byte("s3cret")), byVar, "HS256 s3cret", "1")
	f(signToken(t, `{"alg":"RS256"}`, "RS256", key), byVar, "RS256 /nowhere", "-5")
	f(signToken(t, `{"alg":"RS256"}`, "RS256", key), byVar, "RS256", "-")
	// An elliptic curve other than the algorithm's.
	ec, ecFile := newECKey(t, elliptic.P384())
	short := *jwt.SigningMethodES256
	short.CurveBits, short.KeySize = 384, 48
	if sig, err := short.Sign("e30.e30", ec); err != nil {
		t.Fatal(err)
	} else {
		f("e30.e30."+base64.RawURLEncoding.EncodeToString(sig), "jwt_verify(ES256,"+ecFile+")", "", "0")
	}
}

func TestJWTNone(t *testing.T) {
	f := jwtTester(t)
	_, file := newRSAKey(t)
	token := signToken(t, `{"alg":"none"}`, jwtNone, nil)
	f(token, "jwt_verify(none,x)", "", "1")
	f(token+"AAAA", "jwt_verify(none,x)", "", "0")
	f(token[:len(token)-1], "jwt_verify(none,x)", "", "-3")
	// What a token says of itself, read into a variable, lets nobody in.
	f(token, "jwt_verify(txn.alg,"+file+")", "none", "-2")
	f(token, "jwt_verify(txn.alg,s3cret)", "none", "-2")
	f(token, "jwt_verify(txn.alg,s3cret)", "None", "-1")
	f(token, "jwt_verify(HS256,s3cret)", "", "-3")
}

func TestJWTCert(t *testing.T) {
	f := jwtTester(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, &key.PublicKey, key)
	file := writeKey(t, "crt.pem", "CERTIFICATE", der, err)
	token := signToken(t, `{"alg":"RS256"}`, "RS256", key)
	f(token, "jwt_verify_cert(RS256,"+file+")", "", "1")
	f(token, "jwt_verify_cert(txn.alg,"+file+")", "RS256", "1")
	f(token, "jwt_verify_cert(txn.alg,"+file+")", "HS256", "-2")
	f(token, "jwt_verify_cert(txn.alg,"+file+")", "none", "-2")
	f(token, "jwt_verify_cert(txn.alg,txn.alg)", "RS256", "-5") // no file of that name was loaded
}

func TestJWTQuery(t *testing.T) {
	f := jwtTester(t)
	token := signToken(t, `{"alg":"HS256","kid":7}`, "HS256", []byte("k"))
	f(token, "jwt_header_query", "", `{"alg":"HS256","kid":7}`)
	f(token, "jwt_header_query()", "", `{"alg":"HS256","kid":7}`)
	f(token, "jwt_payload_query", "", tokenBody)
	f(token, "jwt_payload_query($.n,int),add(1)", "", "13")
	f(token, "jwt_payload_query($.sub)", "", "1")
	f("a", "jwt_payload_query", "", "-")
	f("..", "jwt_header_query", "", "-")
}

func encryptToken(t testing.TB, alg jose.KeyAlgorithm, enc jose.ContentEncryption, key any, zip bool) string {
	t.Helper()
	o := &jose.EncrypterOptions{}
	if zip {
		o.Compression = jose.DEFLATE
	}
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	obj, err := e.Encrypt([]byte(tokenBody))
	if err != nil {
		t.Fatal(err)
	}
	s, err := obj.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestJWTDecryptSecret(t *testing.T) {
	f := jwtTester(t)
	for alg, size := range map[jose.KeyAlgorithm]int{jose.A128KW: 16, jose.A192KW: 24, jose.A256KW: 32, jose.A128GCMKW: 16, jose.A192GCMKW: 24, jose.A256GCMKW: 32} {
		key := []byte(strings.Repeat("k", size))
		for _, enc := range jweContent {
			f(encryptToken(t, alg, enc, key, false), "jwt_decrypt_secret("+base64.RawURLEncoding.EncodeToString(key)+")", "", tokenBody)
		}
	}
	key := []byte(strings.Repeat("\xff", 32))
	token := encryptToken(t, jose.DIRECT, jose.A256GCM, key, false)
	f(token, "jwt_decrypt_secret("+base64.StdEncoding.EncodeToString(key)+")", "", tokenBody)
	f(token, "jwt_decrypt_secret("+base64.RawURLEncoding.EncodeToString(key)+")", "", tokenBody)
	f(token, "jwt_decrypt_secret(txn.alg)", base64.StdEncoding.EncodeToString(key), tokenBody)
	f(token, "jwt_decrypt_secret(txn.alg)", "***", "")
	f(token, "jwt_decrypt_secret(txn.none)", "", "-")
	f(token, "jwt_decrypt_secret(a2V5)", "", "")
	f(token[:len(token)-4]+"AAAA", "jwt_decrypt_secret("+base64.StdEncoding.EncodeToString(key)+")", "", "")
	f("a.b.c", "jwt_decrypt_secret(a2V5)", "", "")
	f("", "jwt_decrypt_secret(a2V5)", "", "")
	// A few bytes that unfold to very many.
	f(encryptToken(t, jose.DIRECT, jose.A256GCM, key, true), "jwt_decrypt_secret("+base64.StdEncoding.EncodeToString(key)+")", "", "")
}

func TestJWTDecryptKeys(t *testing.T) {
	f := jwtTester(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	asJWK := func(key any) string {
		b, err := json.Marshal(jose.JSONWebKey{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	oct := []byte(strings.Repeat("k", 16))
	rsaToken := encryptToken(t, jose.RSA_OAEP_256, jose.A128GCM, &rsaKey.PublicKey, false)
	ecToken := encryptToken(t, jose.ECDH_ES_A128KW, jose.A128CBC_HS256, &ecKey.PublicKey, false)
	f(rsaToken, "jwt_decrypt_jwk(txn.alg)", asJWK(rsaKey), tokenBody)
	f(ecToken, "jwt_decrypt_jwk(txn.alg)", asJWK(ecKey), tokenBody)
	f(encryptToken(t, jose.ECDH_ES, jose.A256GCM, &ecKey.PublicKey, false), "jwt_decrypt_jwk(txn.alg)", asJWK(ecKey), tokenBody)
	f(encryptToken(t, jose.A128KW, jose.A128GCM, oct, false), "jwt_decrypt_jwk(txn.alg)", asJWK(oct), tokenBody)
	f(rsaToken, "jwt_decrypt_jwk(txn.alg)", asJWK(ecKey), "")
	f(rsaToken, "jwt_decrypt_jwk(txn.alg)", asJWK(&rsaKey.PublicKey), "") // nothing can be decrypted by it
	f(rsaToken, "jwt_decrypt_jwk(txn.alg)", "{", "")
	f(encryptToken(t, jose.RSA1_5, jose.A128GCM, &rsaKey.PublicKey, false), "jwt_decrypt_jwk(txn.alg)", asJWK(rsaKey), "")
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	file := writeKey(t, "both.pem", "PRIVATE KEY", der, err)
	f(rsaToken, "jwt_decrypt_cert("+file+")", "", tokenBody)
	f(rsaToken, "jwt_decrypt_cert(txn.alg)", file, tokenBody) // it was loaded for the line above
	f(rsaToken, "jwt_decrypt_cert(txn.alg)", "/nowhere", "")
	f(ecToken, "jwt_decrypt_cert("+file+")", "", "")
}

func TestJWTErrors(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		_, err := NewCompiler(Options{}).Expr(parseCalls(t, expr))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", expr, err, want)
		}
	}
	const rsaFile = "testdata/jwt/rsa.pem"
	f("str(a),jwt_verify(hs256,x)", "algorithm: want HS256")
	f("str(a),jwt_verify(EdDSA,x)", "algorithm: want HS256")
	f("str(a),jwt_verify(HS256)", "jwt_verify(algorithm,key)")
	f("str(a),jwt_verify(RS256,/nonexist)", "want a public key's file: stat /nonexist")
	f("str(a),jwt_verify(txn.alg,/nonexist)", "want a public key's file: stat /nonexist")
	f("str(a),jwt_verify(RS256,testdata/jwt/rsa.crt)", "which jwt_verify_cert takes")
	f("str(a),jwt_verify(HS256,"+rsaFile+")", "whose name would be the secret")
	f("str(a),jwt_verify(RS256,testdata/haproxy26.txt)", "no PEM")
	f("str(a),jwt_verify(RS256,/dev/zero)", "want a file of at most")
	f("str(a),jwt_verify_cert(HS256,testdata/jwt/rsa.crt)", "want jwt_verify")
	f("str(a),jwt_verify_cert(RS256,"+rsaFile+")", "no certificate in it")
	f("str(a),jwt_decrypt_secret(***)", "secret: want a key in base64")
	f("str(a),jwt_decrypt_jwk({})", "want a JSON Web Key")
	f("str(a),jwt_decrypt_cert(testdata/jwt/rsa.crt)", "no private key in it")
	f("str(a),jwt_header_query(alg)", "path: want $")
	f("str(a),jwt_payload_query($.a,str)", "type: want int or nothing")
}

// Names of keys are relative to the configuration where default_path says so.
func TestJWTKeyPath(t *testing.T) {
	_, file := newRSAKey(t)
	cfg := &conf.Config{}
	cfg.Global.DefaultPath = "config"
	x := parseCalls(t, "str(a),jwt_verify(RS256,"+filepath.Base(file)+")")
	x.Convs[0].Pos.File = filepath.Join(filepath.Dir(file), "weir.cfg")
	if _, err := NewCompiler(Options{Config: cfg}).Expr(x); err != nil {
		t.Error(err)
	}
}

// FuzzJWT: no token panics, and none but the one that was signed is right.
func FuzzJWT(f *testing.F) {
	token := signToken(f, `{"alg":"HS256"}`, "HS256", []byte("s3cret"))
	for _, s := range []string{token, "a.b.c", "..", "e30.e30.", "e30.e30.e30.e30.e30", "eyJ6aXAiOiJERUYifQ.a.b.c.d"} {
		f.Add(s)
	}
	state := NewState()
	var exprs []*Expr
	for _, call := range []string{"jwt_verify(HS256,s3cret)", "jwt_verify(ES256,testdata/jwt/ec256.pem)", "jwt_verify(none,x)", "jwt_verify(txn.alg,s3cret)",
		"jwt_header_query($.alg)", "jwt_payload_query($.sub,int)", "jwt_decrypt_secret(a2tra2tra2tra2tra2traw==)"} {
		x, err := NewCompiler(Options{State: state}).Expr(parseCalls(f, "req.body,"+call))
		if err != nil {
			f.Fatal(err)
		}
		exprs = append(exprs, x)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.ReqBody, c.ReqBodySize = []byte(text), int64(len(text))
		var s Sample
		for i, x := range exprs {
			if x.Eval(c, &s) && i < 2 && s.Int == jwtRight && text != token {
				t.Errorf("%q is right", text)
			}
		}
	})
}

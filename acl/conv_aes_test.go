package acl

import (
	"strings"
	"testing"
)

// What is encrypted is decrypted, and only by the same key, nonce, tag and additional data. aes_gcm_dec is also compared with HAProxy's.
func TestAES(t *testing.T) {
	const (
		key   = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=" // 32 octets
		nonce = "bm5ubm5ubm5ubm5u"                             // 12
		iv    = "bm5ubm5ubm5ubm5ubm5ubg=="                     // 16
	)
	state := NewState()
	c := newContext(t, "GET / HTTP/1.1\nT: "+strings.Repeat("0123456789", 7)+"\nE:\n")
	f := func(expr, want string) {
		t.Helper()
		x, err := NewCompiler(Options{State: state}).Expr(parseCalls(t, expr))
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if b, ok := x.AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
	text := strings.Repeat("0123456789", 7)
	for _, bits := range []string{"128", "192", "256"} {
		f("hdr(t),aes_gcm_enc("+bits+","+nonce+","+key+",txn.tag),aes_gcm_dec("+bits+","+nonce+","+key+",txn.tag)", text)
		f("hdr(t),aes_gcm_enc("+bits+","+iv+","+key+",txn.tag,YWFk),aes_gcm_dec("+bits+","+iv+","+key+",txn.tag,YWFk)", text)
		f("hdr(t),aes_cbc_enc("+bits+","+iv+","+key+"),aes_cbc_dec("+bits+","+iv+","+key+")", text)
		f("hdr(e),aes_cbc_enc("+bits+","+iv+","+key+"),aes_cbc_dec("+bits+","+iv+","+key+")", "")
		f("hdr(e),aes_gcm_enc("+bits+","+nonce+","+key+",txn.tag),aes_gcm_dec("+bits+","+nonce+","+key+",txn.tag)", "")
	}
	f("var(txn.tag),b64dec,length", "16")
	f("hdr(t),aes_gcm_enc(128,"+nonce+","+key+",txn.tag,YWFk),aes_gcm_dec(128,"+nonce+","+key+",txn.tag)", "-")
	f("hdr(t),aes_gcm_enc(128,"+nonce+","+key+",txn.tag),aes_gcm_dec(256,"+nonce+","+key+",txn.tag)", "-")
	f("hdr(t),aes_gcm_enc(128,"+nonce+","+key+",txn.tag),bytes(1),aes_gcm_dec(128,"+nonce+","+key+",txn.tag)", "-")
	f("hdr(t),aes_gcm_enc(128,"+nonce+",txn.nokey,txn.tag)", "-")
	f("str("+key+"),set-var(txn.key),length", "44")
	f("hdr(t),aes_gcm_enc(128,"+nonce+",txn.key,txn.tag),aes_gcm_dec(128,"+nonce+","+key+",txn.tag)", text)
	f("hdr(t),aes_cbc_enc(128,"+iv+",txn.key),aes_cbc_dec(128,"+iv+","+key+")", text)
	// NIST SP 800-38A, F.2.1, whose one block our padding follows.
	f("bin(6bc1bee22e409f96e93d7e117393172a),aes_cbc_enc(128,AAECAwQFBgcICQoLDA0ODw==,K34VFiiu0qar9xWICc9PPA==),bytes(0,16),hex",
		"7649ABAC8119B246CEE98E9B12E9197D")
	f("bin(7649ABAC8119B246CEE98E9B12E9197D),aes_cbc_dec(128,AAECAwQFBgcICQoLDA0ODw==,K34VFiiu0qar9xWICc9PPA==)", "-") // no padding
	f("bin(7649),aes_cbc_dec(128,AAECAwQFBgcICQoLDA0ODw==,K34VFiiu0qar9xWICc9PPA==)", "-")
	f("hdr(e),aes_cbc_dec(128,AAECAwQFBgcICQoLDA0ODw==,K34VFiiu0qar9xWICc9PPA==)", "-")
}

func TestAESErrors(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		_, err := NewCompiler(Options{}).Expr(parseCalls(t, expr))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", expr, err, want)
		}
	}
	f("str(a),aes_gcm_dec(100,bm5u,a2tr,eHh4)", "bits: want 128, 192 or 256")
	f("str(a),aes_gcm_dec(128,**,a2tr,eHh4)", "nonce: want base64, or a variable")
	f("str(a),aes_gcm_dec(128,,a2tr,eHh4)", "nonce: want at least one byte")
	f("str(a),aes_gcm_dec(128,bm5u,a2tr,eHh4)", "key: got 3 bytes; want 16")
	f("str(a),aes_gcm_dec(128,bm5u,a2tra2tra2tra2tra2traw==,eHh4)", "tag: got 3 bytes; want 12 to 16")
	f("str(a),aes_gcm_dec(128,bm5u,a2tra2tra2tra2tra2traw==)", "aes_gcm_dec(bits,nonce,key,tag[,aad])")
	f("str(a),aes_gcm_enc(128,bm5u,a2tra2tra2tra2tra2traw==,tag)", `got "tag"; want proc, sess, txn`)
	f("str(a),aes_cbc_enc(128,bm5u,a2tra2tra2tra2tra2traw==)", "nonce: got 3 bytes; want 16")
	f("str(a),aes_cbc_enc(128,bm5ubm5ubm5ubm5ubm5ubg==,a2tra2tra2tra2tra2traw==,YWFk)", "aad: AES-CBC authenticates nothing")
}

func TestAESAllocs(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	for _, text := range []string{
		"str(abc),aes_gcm_enc(128,bm5ubm5ubm5ubm5u,a2tra2tra2tra2tra2traw==,txn.tag),aes_gcm_dec(128,bm5ubm5ubm5ubm5u,a2tra2tra2tra2tra2traw==,txn.tag)",
		"str(abc),aes_cbc_enc(128,bm5ubm5ubm5ubm5ubm5ubg==,a2tra2tra2tra2tra2traw==),aes_cbc_dec(128,bm5ubm5ubm5ubm5ubm5ubg==,a2tra2tra2tra2tra2traw==)",
	} {
		x := mustExpr(t, text)
		var s Sample
		if n := allocsPerRun(100, func() {
			c.own.Reset()
			if !x.Eval(c, &s) {
				t.Fatal(text)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

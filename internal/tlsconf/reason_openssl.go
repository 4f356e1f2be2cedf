package tlsconf

import "fmt"

// Numbers of OpenSSL's errors (ERR_get_error(3)): what reads them out of logs knows them. Those of alerts that were received are that of the alert
// more than sslAlert.
const (
	sslLibrary       = 0x0A000000
	sslNoAlgorithm   = sslLibrary + 118
	sslVerifyFailed  = sslLibrary + 134
	sslHTTPRequest   = sslLibrary + 156
	sslNoCipher      = sslLibrary + 193
	sslNoCertificate = sslLibrary + 199
	sslCallback      = sslLibrary + 234
	sslUnsupported   = sslLibrary + 258
	sslWrongVersion  = sslLibrary + 267
	sslAlert         = sslLibrary + 1000
)

// sslTexts are its texts, as "openssl errstr" writes them.
var sslTexts = map[uint32]string{
	sslNoAlgorithm: "no suitable signature algorithm", sslVerifyFailed: "certificate verify failed", sslHTTPRequest: "http request", sslNoCipher: "no shared cipher",
	sslNoCertificate: "peer did not return a certificate", sslCallback: "callback failed", sslUnsupported: "unsupported protocol", sslWrongVersion: "wrong version number",
	sslAlert + 10: "sslv3 alert unexpected message", sslAlert + 20: "sslv3 alert bad record mac", sslAlert + 22: "tlsv1 alert record overflow",
	sslAlert + 30: "sslv3 alert decompression failure", sslAlert + 40: "sslv3 alert handshake failure", sslAlert + 42: "sslv3 alert bad certificate",
	sslAlert + 43: "sslv3 alert unsupported certificate", sslAlert + 44: "sslv3 alert certificate revoked", sslAlert + 45: "sslv3 alert certificate expired",
	sslAlert + 46: "sslv3 alert certificate unknown", sslAlert + 47: "sslv3 alert illegal parameter", sslAlert + 48: "tlsv1 alert unknown ca",
	sslAlert + 49: "tlsv1 alert access denied", sslAlert + 50: "tlsv1 alert decode error", sslAlert + 51: "tlsv1 alert decrypt error",
	sslAlert + 70: "tlsv1 alert protocol version", sslAlert + 71: "tlsv1 alert insufficient security", sslAlert + 80: "tlsv1 alert internal error",
	sslAlert + 86: "tlsv1 alert inappropriate fallback", sslAlert + 90: "tlsv1 alert user cancelled", sslAlert + 109: "tlsv13 alert missing extension",
	sslAlert + 110: "tlsv1 unsupported extension", sslAlert + 112: "tlsv1 unrecognized name", sslAlert + 113: "tlsv1 bad certificate status response",
	sslAlert + 115: "tlsv1 alert unknown psk identity", sslAlert + alertCertificateRequired: "tlsv13 alert certificate required", sslAlert + 120: "tlsv1 alert no application protocol",
}

// OpenSSL is the failure as OpenSSL's ERR_error_string writes it; "" where that has no number for it.
func (f *Failure) OpenSSL() string {
	switch text := sslTexts[f.Code]; {
	case f.Code == 0:
		return ""
	case text == "":
		return fmt.Sprintf("error:%08X:SSL routines::reason(%d)", f.Code, f.Code-sslLibrary)
	default:
		return fmt.Sprintf("error:%08X:SSL routines::%s", f.Code, text)
	}
}

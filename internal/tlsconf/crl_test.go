package tlsconf

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"weir/internal/testpki"
)

// TestLists: who is revoked by which lists, in any order. A list of changes revokes, and takes nobody back from the whole list behind it.
func TestLists(t *testing.T) {
	ca, other := testpki.NewCA(t, "Root"), testpki.NewCA(t, "Root")
	certPEM, _ := ca.Issue(t, testpki.Leaf{CN: "me"})
	block, _ := pem.Decode(certPEM)
	me, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	list := func(by *testpki.CA, age time.Duration, delta bool, reasons ...int) string {
		l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-age), NextUpdate: time.Now().Add(time.Hour)}
		if delta {
			l.ExtraExtensions = []pkix.Extension{{Id: oidDeltaCRL, Critical: true, Value: []byte{2, 1, 1}}}
		}
		for _, r := range reasons {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: me.SerialNumber, RevocationTime: time.Now().Add(-age), ReasonCode: r})
		}
		der, err := x509.CreateRevocationList(rand.Reader, l, by.Cert, by.Key())
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
	}
	const keyCompromise = 1
	trusted := anchors{}
	trusted.add(ca.Cert)
	f := func(want int, lists ...string) {
		t.Helper()
		for turn := range lists { // every list is the first once
			var text string
			for i := range lists {
				text += lists[(turn+i)%len(lists)]
			}
			crls, err := parseCRLs([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			a := &authorities{trusted: trusted, crls: crls, needList: true}
			for range 2 { // the second time signatures are known
				v := a.check([]*x509.Certificate{me}, x509.ExtKeyUsageClientAuth, time.Now(), noPass)
				if v.last != want || (v.bad == nil) != (want == 0) {
					t.Errorf("got %d, %v; want %d", v.last, v.bad, want)
				}
			}
		}
	}
	good, bad := list(ca, time.Hour, false), list(ca, time.Hour, false, keyCompromise)
	f(0, good)
	f(errRevoked, bad)
	f(errNoCRL, list(ca, time.Hour, true), list(other, time.Hour, false))
	f(0, good, list(other, time.Minute, false, keyCompromise), list(other, time.Minute, true, keyCompromise)) // of the name, and not of the key
	f(errRevoked, good, list(ca, time.Minute, true, keyCompromise))
	f(0, good, list(ca, time.Minute, true, removeFromCRL))
	f(errRevoked, bad, list(ca, time.Minute, true, removeFromCRL))
	f(errRevoked, list(ca, time.Hour, false, keyCompromise, removeFromCRL))
	f(errRevoked, good, list(ca, time.Minute, false, keyCompromise)) // the newest
	f(0, bad, list(ca, time.Minute, false))
}

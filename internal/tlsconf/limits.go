package tlsconf

import "time"

// Every bound of the package, and what it prevents.
const (
	// maxFile is the size of one file of certificates, in bytes.
	maxFile = 16 << 20
	// maxDir is how many files of a folder are read: one level too high, and a whole disk would be.
	maxDir = 100_000
	// maxList is the length of one line of a crt-list, in bytes.
	maxList = 64 << 10
	// ticketLife is how long a session may be resumed where no lifetime is set (RFC 8446, 4.6.1, allows seven days; OpenSSL's is two
	// hours).
	ticketLife = 24 * time.Hour
	// maxTicketKeys is how many keys of a tls-ticket-keys file are used, as in HAProxy.
	maxTicketKeys = 3
	// maxSessions is how many sessions of one server are kept to be resumed: one for each name.
	maxSessions = 256
	// ocspTimeout bounds one question to an OCSP responder: while one that is silent is waited for, others wait for its place.
	ocspTimeout = 15 * time.Second
	// maxOCSP is the size of an OCSP response, in bytes. Those with a certificate of the responder are of two thousand.
	maxOCSP = 64 << 10
	// maxOCSPGet is the longest question that is a GET (RFC 6960, A.1).
	maxOCSPGet = 255
	// maxOCSPAtOnce is how many responders are asked at the same time: a folder may have thousands of certificates.
	maxOCSPAtOnce = 8
	// maxOCSPDoublings bounds how often the time between failed updates doubles, so that it does not overflow.
	maxOCSPDoublings = 16
	// maxSkew is how far the clock of a responder may be ahead.
	maxSkew = 5 * time.Minute
	// maxGenerated is how many certificates of generate-certificates are kept where tune.ssl.ssl-ctx-cache-size says nothing, as in HAProxy:
	// clients choose the names.
	maxGenerated = 1000
	// generatedLife is how long one is good for, and generatedBack how far its beginning lies back, for clients whose clock is behind.
	generatedLife = 30 * 24 * time.Hour
	generatedBack = 24 * time.Hour
	// generatedBits is the size of their key where the authority's is RSA.
	generatedBits = 2048
	// serialBits is the size of their serial number (RFC 5280, 4.1.2.2: up to 20 octets, and nobody may guess the next).
	serialBits = 127
	// maxCommonName is X.520's, and maxHostName and maxLabel are of RFC 1035, 2.3.4.
	maxCommonName = 64
	maxHostName   = 253
	maxLabel      = 63
	// passphraseTimeout bounds ssl-passphrase-cmd: nothing starts before it has ended.
	passphraseTimeout = 30 * time.Second
	// maxRounds bounds PBKDF2: a file of somebody else's could keep the start busy for hours. OpenSSL makes 2,048, careful people a million.
	maxRounds = 10_000_000
	// maxDiffers is how many words a warning repeats.
	maxDiffers = 8
	// maxChain is how many certificates a peer's chain may have: a longer one is no authority's, and each costs a signature. OpenSSL takes
	// a hundred.
	maxChain = 32
	// maxSignatureChecks bounds how many signatures are checked to find which of many certificates of one name is the issuer: a peer may send
	// a thousand that all could be.
	maxSignatureChecks = 64
)

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
	// maxDiffers is how many words a warning repeats.
	maxDiffers = 8
)

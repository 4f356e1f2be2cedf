package acme

import "time"

// Every bound of the package, and what it prevents.
const (
	// orderTime is how long one order may take: an authority that never answers must not keep the other certificates waiting.
	orderTime = 5 * time.Minute
	// readyTime is how long somebody may take to say that TXT records are there: authorities keep what they validate for some days, and a person who
	// makes records by hand may be asleep.
	readyTime = 24 * time.Hour
	// maxAtOnce is how many certificates one authority is busy with for us at the same time, once an order of ours has gone well there: one whose
	// validation takes long does not hold up the others, and what an authority counts (new orders in hours, requests in a second) is far away.
	maxAtOnce = 4
	// pollTime is how long a validation may be waited for within an order.
	pollTime = 2 * time.Minute
	// requestTime is how long one request may take, and connectTime a connection where the configuration does not say.
	requestTime = 30 * time.Second
	connectTime = 5 * time.Second
	// maxAnswer is how many octets of an answer are read: an authority sends a few kilobytes.
	maxAnswer = 1 << 20
	// firstRetry and lastRetry bound the wait after failures, which doubles from one to the other. Authorities count failures: five in
	// an hour are too many for the largest.
	firstRetry = time.Minute
	lastRetry  = 6 * time.Hour
	// hurryRetry is the least that the end of a certificate makes of the wait: four failures an hour are not too many.
	hurryRetry = 15 * time.Minute
	// maxRetryAfter is how long an authority may put us off.
	maxRetryAfter = 7 * 24 * time.Hour
	// renewSpread is the part of a lifetime over which renewals are spread, so that what was issued together is not renewed together.
	renewSpread = 30
	// maxSleep is how long to sleep at once: timers stand still while the machine sleeps, and the clock may be set.
	maxSleep = time.Hour
	// minPause is the least time between two orders for a certificate, however short its life.
	minPause = 5 * time.Second
	// askFirst and askAgain are when an authority is asked when it wants a certificate renewed (RFC 9773), where it does not say itself;
	// askLeast and askMost bound what it says.
	askFirst = time.Hour
	askAgain = 6 * time.Hour
	askLeast = 10 * time.Minute
	askMost  = 24 * time.Hour
	// maxKeyFile bounds the files with account keys and the like: a wrong name, such as a device's, must not take all memory.
	maxKeyFile = 1 << 20
)

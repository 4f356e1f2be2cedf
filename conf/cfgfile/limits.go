package cfgfile

// The limits of what is read. A configuration is trusted, but it is also generated, pasted and fuzzed: nothing in it may
// make the reader use unbounded memory or time.
const (
	// maxFile is the size of one file, in bytes.
	maxFile = 64 << 20
	// maxLine is the length of one line before and after its variables are expanded, in bytes: a variable that is used a
	// hundred times in a line must not become a gigabyte.
	maxLine = 64 << 10
	// maxWords is the number of words of one line, as in HAProxy.
	maxWords = 64
	// maxNest is how deep .if blocks, parentheses in conditions and converters in formats may be nested.
	maxNest = 32
	// maxVars is how many variables setenv and presetenv may make.
	maxVars = 10000
	// maxApplied is how many lines of defaults sections are applied to the sections after them, all in all: a file of a
	// thousand defaults lines and a million sections would be read for hours.
	maxApplied = 8 << 20
	// maxReplyFile is the size of a file that a reply is made of, in bytes: it is kept in memory.
	maxReplyFile = 1 << 20
	// maxHello is the most of a ClientHello that is kept of each connection, in bytes.
	maxHello = 16 << 10
)

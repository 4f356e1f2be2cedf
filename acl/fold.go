package acl

// lowerTable folds ASCII letters only: what is no ASCII has no case in host names, fields and paths.
var lowerTable = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// equalFold compares b with text that is in lower case.
func equalFold(b, lower []byte) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, ch := range b {
		if lowerTable[ch] != lower[i] {
			return false
		}
	}
	return true
}

// lower returns b in lower case, in a buffer that the next call overwrites.
func (c *Context) lower(b []byte) []byte {
	c.folded = c.folded[:0]
	for _, ch := range b {
		c.folded = append(c.folded, lowerTable[ch])
	}
	return c.folded
}

// foldText is s in lower case. It works on bytes: strings.ToLower would replace what is no UTF-8.
func foldText(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lowerTable[b[i]]
	}
	return string(b)
}

func foldAll(texts []string, fold bool) []string {
	if !fold {
		return texts
	}
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = foldText(t)
	}
	return out
}

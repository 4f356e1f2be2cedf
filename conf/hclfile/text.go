package hclfile

import "strings"

// trimWant turns the "want X" of a parser's error into X.
func trimWant(err error) string { return strings.TrimPrefix(err.Error(), "want ") }

// splitList parts a list at its commas; blanks around them do not count.
func splitList(s string) []string {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// dirname drops the last step of a path of sections.
func dirname(path string) string {
	if i := strings.LastIndex(path, ": "); i >= 0 {
		return path[:i]
	}
	return path
}

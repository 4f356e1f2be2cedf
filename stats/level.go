package stats

import "fmt"

// Level is what a stats socket's user may do. The zero value is the default, operator.
type Level int

const (
	levelDefault  Level = iota
	LevelUser           // reads what is not sensitive
	LevelOperator       // reads everything, changes nothing that lasts
	LevelAdmin          // changes anything
)

var levelNames = [...]string{levelDefault: "operator", LevelUser: "user", LevelOperator: "operator", LevelAdmin: "admin"}

// String returns the level's name in the configuration and on the socket.
func (l Level) String() string { return levelNames[l] }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for l := LevelUser; l <= LevelAdmin; l++ {
		if levelNames[l] == s {
			return l, nil
		}
	}
	return 0, fmt.Errorf("level %q; want user, operator or admin", s)
}

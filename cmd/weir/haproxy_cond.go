package main

import (
	"errors"
	"fmt"

	"weir/conf"
	"weir/conf/cfgfile"
)

// condition is -cc: the exit code says whether it holds.
func (p *hapProcess) condition() int {
	holds, err := evaluate(*p.f.cond)
	if err != nil {
		at := ""
		var placed *conf.Error
		if errors.As(err, &placed) {
			text := *placed
			at, text.Pos = fmt.Sprintf(" at its character %d", placed.Pos.Col), conf.Pos{}
			err = &text
		}
		p.msg.alert("config : Failed to evaluate condition: unparsable conditional expression '%s'%s: %s", *p.f.cond, at, err)
		return exitCondError
	}
	if holds {
		return exitOK
	}
	return exitFail
}

// evaluate decides a condition as ".if" of a configuration does.
func evaluate(text string) (bool, error) { return cfgfile.Condition(text) }

package main

import "weir/conf/cfgfile"

// condition is -cc: the exit code says whether it holds.
func (p *hapProcess) condition() int {
	holds, err := evaluate(*p.f.cond)
	if err != nil {
		p.msg.alert("config : Failed to evaluate condition: %s", err)
		return exitCondError
	}
	if holds {
		return exitOK
	}
	return exitFail
}

// evaluate decides a condition as ".if" of a configuration does.
func evaluate(text string) (bool, error) { return cfgfile.Condition(text) }

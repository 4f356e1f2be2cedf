package main

import (
	"strings"

	"weir/conf"
	"weir/conf/cfgfile"
)

// masterSocket reads "-S ADDRESS[,OPTION[,VALUE]]...": the options are those of a "stats socket" line, and its users may do everything unless
// they say otherwise.
func masterSocket(text string) (*conf.StatsSocket, *conf.Error) {
	line := "global\n stats socket " + strings.ReplaceAll(text, ",", " ")
	cfg, diags := cfgfile.Parse("-S", []byte(line+"\n"))
	for _, e := range diags.Errors {
		bad := *e
		bad.Pos, bad.Path = conf.Pos{}, "-S"
		return nil, &bad
	}
	if len(cfg.Global.StatsSockets) != 1 {
		return nil, conf.Bad(conf.Pos{}, "-S", "got %q; want ADDRESS[,OPTION[,VALUE]]...", text)
	}
	s := cfg.Global.StatsSockets[0]
	if !strings.Contains(text, ",level,") {
		s.Level = conf.LevelAdmin
	}
	s.Pos = conf.Pos{} // which tells it from those of the files
	return s, nil
}

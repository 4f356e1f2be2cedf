package stats

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// The commands that read counters.

// showOptions are the words that "show stat" and "show info" share.
type showOptions struct {
	typed, json, desc, up, noMaint bool
	domain                         string
	rest                           []string // what is none of them
}

func parseShowOptions(args []string) showOptions {
	var o showOptions
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "typed":
			o.typed = true
		case "json":
			o.json = true
		case "desc":
			o.desc = true
		case "up":
			o.up = true
		case "no-maint":
			o.noMaint = true
		case "float":
		case "domain":
			o.domain = "?"
			if i+1 < len(args) {
				i++
				o.domain = args[i]
			}
		default:
			o.rest = append(o.rest, args[i])
		}
	}
	return o
}

func showStat(c *call) error {
	o := parseShowOptions(c.args)
	if o.domain != "" && o.domain != "proxy" {
		return errDomain
	}
	rows := c.source.Rows(c.ctx)
	sel, err := parseSelection(o, rows)
	if err != nil {
		return err
	}
	rows = sel.pick(rows)
	v := &view{now: time.Now(), legends: c.session.level >= LevelOperator, desc: o.desc}
	switch {
	case o.json:
		c.out = appendJSON(c.out, rows, v)
	case o.typed:
		c.out = appendTyped(c.out, rows, v)
	default:
		c.out = appendCSV(c.out, rows, v)
	}
	return nil
}

// parseSelection reads "{<iid>|<proxy>} <type> <sid>". As in HAProxy, fewer than three words select nothing.
func parseSelection(o showOptions, rows []Row) (selection, error) {
	s := everything
	s.up, s.noMaint = o.up, o.noMaint
	if len(o.rest) < 3 {
		return s, nil
	}
	iid, err := strconv.Atoi(o.rest[0])
	if err != nil {
		iid = -2
		for i := range rows {
			if rows[i].Proxy == o.rest[0] {
				iid = rows[i].IID
				break
			}
		}
		if iid == -2 {
			return s, errNoProxy
		}
	}
	s.iid = iid
	s.types, _ = strconv.Atoi(o.rest[1])
	s.sid, _ = strconv.Atoi(o.rest[2])
	return s, nil
}

func showInfo(c *call) error {
	o := parseShowOptions(c.args)
	info := c.source.Info(c.ctx)
	v := &view{now: time.Now(), desc: o.desc}
	switch {
	case o.json:
		c.out = appendInfoJSON(c.out, &info, v)
	case o.typed:
		c.out = appendInfoTyped(c.out, &info, v)
	default:
		c.out = appendInfo(c.out, &info, v)
	}
	return nil
}

func showVersion(c *call) error {
	c.tell(severityInfo, c.source.Info(c.ctx).Version)
	return nil
}

func showBackend(c *call) error {
	c.reply("# name")
	for _, r := range c.source.Rows(c.ctx) {
		if r.Type == RowBackend {
			c.reply(oneLine(r.Proxy))
		}
	}
	return nil
}

func showEnv(c *call) error {
	name := c.arg(0)
	found := false
	for _, kv := range os.Environ() {
		if k, _, _ := strings.Cut(kv, "="); name == "" || k == name {
			c.reply(oneLine(kv))
			found = true
		}
	}
	if !found {
		return errNoVariable
	}
	return nil
}

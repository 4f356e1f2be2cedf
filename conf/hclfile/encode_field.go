package hclfile

import (
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"weir/conf"
)

// quote writes a string in HCL's way, with its template signs escaped. Bytes that HCL would change, because it takes all text for
// Unicode in its normal form C, are written unhex("...").
func quote(s string) string {
	v := cty.StringVal(s)
	if v.AsString() != s || !utf8.ValidString(s) {
		return unhexName + `("` + hex.EncodeToString([]byte(s)) + `")`
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}

// quoteLabel is quote for a block's label, which is no expression: there the call is the text.
func quoteLabel(s string) string {
	q := quote(s)
	if !strings.HasPrefix(q, unhexName) && readLabel(s) == s {
		return q
	}
	return `"` + unhexName + "(" + hex.EncodeToString([]byte(s)) + `)"`
}

// fieldText writes a field's value; "" where it is at its default.
func fieldText(field any, r *info) string {
	switch f := field.(type) {
	case *int:
		return unlessDefault(strconv.Itoa(*f), *f == 0, r)
	case *time.Duration:
		return quoted(unlessDefault(conf.FormatDuration(*f), *f == 0, r))
	case *bool:
		if r.required {
			return strconv.FormatBool(*f)
		}
		return textTrue(*f)
	case *string:
		return quoted(unlessDefault(*f, *f == "", r))
	case *fs.FileMode:
		return quoted(unlessDefault(strconv.FormatUint(uint64(*f), 8), *f == 0, r))
	case *uint32:
		return quoted(unlessDefault(strconv.FormatUint(uint64(*f), 8), *f == 0, r))
	case **conf.Format:
		return textFormat(*f)
	case **conf.Expr:
		return textSample(*f)
	case **conf.Cond:
		return textCond(*f)
	case *[]string:
		return textList(*f)
	}
	panic(fmt.Sprintf("BUG: no writer for %T", field))
}

// unlessDefault returns "" for a default: the named one, or zero where none is named. What must be given is always written.
func unlessDefault(s string, zero bool, r *info) string {
	if !r.required && (s == r.def || zero && r.def == "") {
		return ""
	}
	return s
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return quote(s)
}

func textString(s string) string { return quoted(s) }

func textTrue(on bool) string {
	if on {
		return "true"
	}
	return ""
}

func textDuration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return quote(conf.FormatDuration(d))
}

func textList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func textNbThread(g *conf.Global) string {
	if g.NbThread == 0 || g.NbThread == conf.Processors {
		return ""
	}
	return strconv.Itoa(g.NbThread)
}

func textNode(g *conf.Global) string {
	if host, _ := os.Hostname(); g.Node == host {
		return ""
	}
	return quoted(g.Node)
}

func textBalance(s *section) string {
	switch {
	case s.Balance.Algo == conf.Hash:
		return "hash(" + textSample(s.Balance.Expr) + ")"
	case s.Balance.Algo == conf.RoundRobin && (s.Dispatch == nil || s.Balance.Pos.IsZero()): // dispatch acts where nothing is said
		return ""
	}
	return quote(s.Balance.String())
}

func textHashType(s *section) string {
	h := s.HashType
	if h.BalanceFactor = 0; h == (conf.HashType{}) {
		return ""
	}
	return quoted(unlessDefault(h.String(), false, &info{def: "map-based sdbm"}))
}

func textWeight(s *server) string {
	if !s.WeightSet {
		return ""
	}
	return strconv.Itoa(s.Weight)
}

func textRedispatch(s *section) string {
	switch s.Redispatch {
	case 0:
		return ""
	case -1:
		return "true"
	}
	return strconv.Itoa(s.Redispatch)
}

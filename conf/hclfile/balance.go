package hclfile

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// readBalance reads the algorithm: a string in HAProxy's words ("roundrobin", "uri depth 3"), or a call
// such as url_param("id"), uri({ depth = 3 }) and random(3), which is turned into those words.
func readBalance(d *decoder, s *section, a *attr) {
	if call, ok := unparen(a.expr).(*hclsyntax.FunctionCallExpr); ok && call.Name == "hash" {
		readHash(d, s, a, call)
		return
	}
	words, ok := d.balanceWords(a)
	if !ok {
		return
	}
	b, err := conf.ParseBalance(words)
	if err != nil {
		err.Pos, err.Path = a.pos, a.path
		d.add(err)
		return
	}
	b.Pos = a.pos
	s.Balance = b
}

// readHash reads hash(SAMPLE).
func readHash(d *decoder, s *section, a *attr, call *hclsyntax.FunctionCallExpr) {
	if len(call.Args) != 1 {
		d.add(conf.Bad(a.pos, a.path, "hash() takes the sample to hash, as in hash(src())"))
		return
	}
	if e := d.sampleOrConstant(call.Args[0], a.path); e != nil {
		s.Balance = conf.Balance{Pos: a.pos, Algo: conf.Hash, Expr: e}
	}
}

func (d *decoder) balanceWords(a *attr) (string, bool) {
	call, ok := unparen(a.expr).(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name == "env" || call.Name == unhexName { // a text all the same
		v, ok := d.constant(a.expr, a.path)
		if ok && v.kind != vString {
			d.wrong(v, a, conf.Algorithms()...)
			return "", false
		}
		return v.s, ok
	}
	name := strings.NewReplacer("static_rr", "static-rr", "rdp_cookie", "rdp-cookie").Replace(call.Name)
	args := call.Args
	words := []string{name}
	if len(args) > 0 && !isObject(args[0]) {
		first, ok := d.constString(args[0], a.path)
		if !ok {
			return "", false
		}
		if strings.ContainsAny(first, " \t\r\n") {
			d.add(conf.BadValue(d.pos(args[0].Range()), a.path, first, "a name without blanks"))
			return "", false
		}
		args = args[1:]
		if name == "url_param" {
			words = append(words, first)
		} else {
			words[0] += "(" + first + ")"
		}
	}
	if len(args) > 1 {
		d.add(conf.Bad(a.pos, a.path, "%s() takes at most a name and an object of options", call.Name))
		return "", false
	}
	if len(args) == 1 {
		options, ok := d.balanceOptions(args[0], name, a.path)
		if !ok {
			return "", false
		}
		words = append(words, options...)
	}
	return strings.Join(words, " "), true
}

func isObject(e hclsyntax.Expression) bool {
	_, ok := unparen(e).(*hclsyntax.ObjectConsExpr)
	return ok
}

// balanceOptions turns { depth = 3, whole = true } into the words "depth 3 whole".
func (d *decoder) balanceOptions(e hclsyntax.Expression, algo, path string) ([]string, bool) {
	var words []string
	before := d.failures
	known, isAlgo := conf.BalanceOptions(algo)
	for _, en := range d.object(unparen(e), path) {
		v, ok := d.constant(en.val, path)
		key := strings.Replace(en.key, "path_only", "path-only", 1)
		switch {
		case isAlgo && !contains(known, key):
			d.add(balanceOption(en, algo, path, known))
		case !ok:
		case v.kind == vBool && v.b:
			words = append(words, key)
		case v.kind == vNumber:
			words = append(words, key, v.s)
		case v.kind != vBool:
			d.add(conf.BadValue(v.pos, join(path, en.key), v.s, "a number", "true"))
		}
	}
	return words, d.failures == before
}

// balanceOption is the error for an option that the algorithm does not take.
func balanceOption(en entry, algo, path string, known []string) *conf.Error {
	if len(known) == 0 {
		return conf.Bad(en.keyPos, path, "%s takes no options; got %q", algo, en.key)
	}
	shown := make([]string, len(known))
	for i, word := range known {
		shown[i] = strings.ReplaceAll(word, "-", "_")
	}
	return conf.Unknown(en.keyPos, path, "option of "+algo, en.key, shown)
}

func readHashType(d *decoder, s *section, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	h, err := conf.ParseHashType(text)
	if err != nil {
		err.Pos, err.Path = a.pos, a.path
		d.add(err)
		return
	}
	h.BalanceFactor = s.HashType.BalanceFactor
	s.HashType = h
}

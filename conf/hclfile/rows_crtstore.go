package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

var crtStoreGrammar = grammar[conf.CrtStore]{context: "crt_store", rows: []row[conf.CrtStore]{
	{info: info{name: "crt_base", typ: tString, doc: "where its certificates are"}, at: func(s *conf.CrtStore) any { return &s.CrtBase }},
	{info: info{name: "key_base", typ: tString, doc: "where its keys are"}, at: func(s *conf.CrtStore) any { return &s.KeyBase }},
}, nests: []nest[conf.CrtStore]{
	{name: "load", low: 1, high: 1, labels: `"FILE"`, doc: "a certificate, which crt names as @STORE/ALIAS or @STORE/FILE", attrs: crtLoadGrammar.infos, read: readLoad},
}}

var crtLoadGrammar = grammar[conf.CrtLoad]{context: "load", rows: append([]row[conf.CrtLoad]{
	{info: info{name: "alias", typ: tString, doc: "its name in the store; where not given, its file's"}, at: func(l *conf.CrtLoad) any { return &l.Alias }},
}, loadRows(func(l *conf.CrtLoad) *conf.CrtLoad { return l })...)}

// loadRows are what a certificate is made of, and who keeps it.
func loadRows[T any](at func(*T) *conf.CrtLoad) []row[T] {
	return []row[T]{
		{info: info{name: "key", typ: tString, doc: "the file of its key"}, at: func(v *T) any { return &at(v).Key }},
		{info: info{name: "ocsp", typ: tString, doc: "the file of an OCSP response"}, at: func(v *T) any { return &at(v).OCSP }},
		{info: info{name: "issuer", typ: tString, doc: "the file of its issuer's certificate"}, at: func(v *T) any { return &at(v).Chain }},
		{info: info{name: "sctl", typ: tString, doc: "the file of its signed certificate timestamps"}, at: func(v *T) any { return &at(v).SCTL }},
		{info: info{name: "ocsp_update", typ: tWord, enum: []string{"on", "off"}, doc: "whether its OCSP response is fetched; where not given, as ocsp_update_mode says"}, at: func(v *T) any { return &at(v).OCSPUpdate }},
		{info: info{name: "acme", typ: tString, doc: "the acme section that keeps it: it need not be there yet"}, at: func(v *T) any { return &at(v).ACME }},
		{info: info{name: "domains", typ: tList, doc: "the names that acme has it for"}, at: func(v *T) any { return &at(v).Domains }},
	}
}

func readLoad(d *decoder, s *conf.CrtStore, b *block, _ where) {
	l := &conf.CrtLoad{Pos: b.labelPos[0], Crt: b.label()}
	read(d, &crtLoadGrammar, l, b.body, b.path, 0)
	s.Loads = append(s.Loads, l)
}

func (d *decoder) readCrtStore(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	s := &conf.CrtStore{Pos: b.pos}
	if len(b.labels) > 0 {
		s.Name = b.label()
	}
	read(d, &crtStoreGrammar, s, b.body, b.path, 0)
	for _, other := range d.cfg.CrtStores {
		if other.Name == s.Name {
			d.add(conf.Conflict(b.pos, "", b.path, other.Pos))
			return
		}
	}
	d.cfg.CrtStores = append(d.cfg.CrtStores, s)
}

func crtStoreNodes(m style, s *conf.CrtStore) []*Node {
	out := attrNodes(m, &crtStoreGrammar, s)
	for _, l := range s.Loads {
		out = append(out, whole(m, &crtLoadGrammar, l, "load", l.Crt))
	}
	return out
}

func crtStoreNode(m style, s *conf.CrtStore) *Node {
	var labels []string
	if s.Name != "" {
		labels = []string{s.Name}
	}
	return newBlock("crt_store", labels, crtStoreNodes(m, s))
}

func storeOf(d *conf.Draft) *conf.CrtStore { return d.Store }

// storePieces are what a line of a crt-store says.
func storePieces(drafts, before conf.Drafts) []*Piece {
	if loads := drafts[0].Store.Loads; len(loads) > 0 {
		n := whole(brief, &crtLoadGrammar, loads[0], "load", loads[0].Crt)
		return []*Piece{{Node: n}}
	}
	return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
		return touched("", &crtStoreGrammar, storeOf, with, without)
	})
}

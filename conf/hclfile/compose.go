package hclfile

import (
	"strconv"
	"strings"

	"weir/conf"
)

// Piece is an attribute or block of a section, made of one line of another language.
type Piece struct {
	In    string // the block it stands in: "timeout", "option", "tune"; "" = the section's own
	Key   string // tells it from others of which the section has only one; "" = there may be several
	First bool   // of several with the key it stands where the first is, not the last, and has what all of them say
	Merge bool   // it has what all with the key say
	Node  *Node
	// final returns what the piece is once the whole section is known; nil = nothing is left of it. It may be nil itself.
	final func(own *conf.Draft) *Node
}

// Settle completes the piece when the section's last line has been read. It reports whether anything is left of it.
func (p *Piece) Settle(own *conf.Draft) bool {
	if p.final == nil {
		return true
	}
	n := p.final(own)
	if n == nil {
		return false
	}
	p.Node.Name, p.Node.Labels, p.Node.Value, p.Node.Kids = n.Name, n.Labels, n.Value, n.Kids
	return true
}

// Pieces returns what a line says. drafts are sections in which it stands alone, before is what they were without it. keyword is the line's, as haproxy.cfg has it.
func Pieces(keyword string, drafts, before conf.Drafts) []*Piece {
	switch d := drafts[0]; {
	case d.Users != nil:
		return userPieces(d.Users)
	case d.Errors != nil:
		return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
			return touched("", &httpErrorsGrammar, errorsOf, with, without)
		})
	case d.Store != nil:
		return storePieces(drafts, before)
	case d.Mail != nil:
		return mailersPieces(drafts, before)
	case d.ACME != nil:
		return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
			return touched("", &acmeGrammar, acmeOf, with, without)
		})
	case d.Global != nil:
		return globalPieces(drafts, before)
	case d.Proxy != nil:
		return proxyPieces(keyword, drafts, before)
	}
	return nil
}

func errorsOf(d *conf.Draft) *conf.HTTPErrors { return d.Errors }
func acmeOf(d *conf.Draft) *conf.ACME         { return d.ACME }
func globalOf(d *conf.Draft) *conf.Global     { return d.Global }
func tuneOf(d *conf.Draft) *conf.Tune         { return &d.Global.Tune }
func sectionOf(d *conf.Draft) *section        { return &section{Proxy: d.Proxy} }

// touched returns the attributes that are different with the line and without it.
func touched[T any](in string, g *grammar[T], of func(*conf.Draft) *T, with, without *conf.Draft) []*Piece {
	var out []*Piece
	for i := range g.rows {
		r := &g.rows[i]
		if r.value(brief, of(with)) != r.value(brief, of(without)) {
			piece := attrPiece(in, r, of)
			// Of options that exclude each other the last one counts, and that may be another one on the other side of a defaults section.
			if value := r.forced(of(with)); in == "option" && (r.typ == tBool || r.typ == tOther) && value != "" {
				piece.Node, piece.final = attribute(r.name, value), nil
			}
			out = append(out, piece)
		}
	}
	return out
}

// attrPieces returns what changes returns for the first of the drafts in which the line changes something that can be written.
func attrPieces(drafts, before conf.Drafts, changes func(with, without *conf.Draft) []*Piece) []*Piece {
	for v := range drafts {
		if out := changes(&drafts[v], &before[v]); out != nil {
			return out
		}
	}
	return nil
}

// attrPiece is an attribute whose value is that of the whole section.
func attrPiece[T any](in string, r *row[T], of func(*conf.Draft) *T) *Piece {
	return &Piece{In: in, Key: in + "." + r.name, Merge: r.typ == tMap, Node: attribute(r.name, ""), final: func(own *conf.Draft) *Node {
		if text := r.forced(of(own)); text != "" {
			return attribute(r.name, text)
		}
		return nil
	}}
}

// forced writes the row's value, at its default too; "" where that cannot be written.
func (r *row[T]) forced(t *T) string {
	s := ""
	if r.at != nil {
		s = fieldText(r.at(t), &info{required: true})
	} else {
		s = r.text(t)
	}
	switch {
	case s != "" && s != `""`:
		return s
	case r.typ == tBool:
		return "false"
	case r.typ == tList:
		return "[]"
	case r.typ == tInt || r.typ == tSize || r.def == "false":
		return r.def
	}
	return quoted(r.def)
}

func blockPieces(in, key string, nodes []*Node) []*Piece {
	var out []*Piece
	for _, n := range nodes {
		out = append(out, &Piece{In: in, Key: key, Node: n})
	}
	return out
}

// userPieces are a user or a group; the first of a name counts.
func userPieces(l *conf.Userlist) []*Piece {
	var out []*Piece
	for _, n := range userlistNodes(full, l) {
		out = append(out, &Piece{Node: n, final: func(own *conf.Draft) *Node {
			for _, u := range own.Users.Users {
				if n.Name == "user" && u.Name == n.Labels[0] {
					return onlyIf(u.Pos == l.Users[0].Pos, n)
				}
			}
			for _, g := range own.Users.Groups {
				if n.Name == "group" && g.Name == n.Labels[0] {
					return onlyIf(g.Pos == l.Groups[0].Pos, n)
				}
			}
			return nil
		}})
	}
	return out
}

func onlyIf(ok bool, n *Node) *Node {
	if ok {
		return n
	}
	return nil
}

func globalPieces(drafts, before conf.Drafts) []*Piece {
	if out := blockPieces("", "", globalBlocks(full, drafts[0].Global)); out != nil {
		return out
	}
	if drafts[1].Global.Logs == nil {
		return []*Piece{{Key: ".log", Node: attribute("log", `"none"`)}}
	}
	return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
		return append(touched("", &globalGrammar, globalOf, with, without), touched("tune", &tuneGrammar, tuneOf, with, without)...)
	})
}

func proxyPieces(keyword string, drafts, before conf.Drafts) []*Piece {
	switch keyword {
	case "default-server":
		return []*Piece{{Node: newBlock("default_server", nil, serverKids(drafts, before, templateOf, templateOf))}}
	case "server", "server-template":
		return serverPieces(drafts, before)
	case "option http-keep-alive": // how it is anyway, and what another option may have changed
		if drafts[1].Proxy.Options.ConnMode == conf.KeepAlive {
			return []*Piece{{In: "option", Key: "option.http_keep_alive", Node: attribute("http_keep_alive", "true")}}
		}
		return nil
	}
	out := proxyBlocks(drafts)
	if out == nil && drafts[1].Proxy.Logs == nil {
		out = []*Piece{{Key: ".log", Node: attribute("log", `"none"`)}}
	}
	if out != nil {
		return out
	}
	return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
		out := touched("", &sectionGrammar, sectionOf, with, without)
		out = append(out, touched("timeout", &timeoutGrammar, sectionOf, with, without)...)
		out = append(out, touched("email_alert", &alertGrammar, sectionOf, with, without)...)
		return append(out, touched("option", &optionGrammar, sectionOf, with, without)...)
	})
}

// proxyBlocks returns the blocks that the line makes, and the options that it takes away which are blocks.
func proxyBlocks(drafts conf.Drafts) []*Piece {
	p := drafts[0].Proxy
	s := sectionOf(&drafts[0])
	var out []*Piece
	for _, n := range optionBlocks(full, s) {
		out = append(out, &Piece{In: "option", Key: "option." + n.Name, Node: n})
	}
	for _, n := range sectionBlocks(full, p) {
		out = append(out, blockPiece(n, p))
	}
	out = joinBinds(out)
	if out != nil {
		return out
	}
	o := &drafts[1].Proxy.Options
	for name, gone := range map[string]bool{"forwardfor": o.ForwardFor == nil, "originalto": o.OriginalTo == nil, "forwarded": o.Forwarded == nil} {
		if gone {
			out = append(out, &Piece{In: "option", Key: "option." + name, Node: attribute(name, "false")})
		}
	}
	return out
}

// blockPiece says how a block stands beside others of its section.
func blockPiece(n *Node, p *conf.Proxy) *Piece {
	piece := &Piece{Node: n}
	switch n.Name {
	case "log":
		if n.Value != "" {
			piece.Key = ".log.global"
		}
	case "source":
		piece.Key = ".source"
	case "acl":
		piece.Key, piece.First, piece.final = ".acl."+n.Labels[0], true, finalACL(n.Labels[0])
	case "http_error":
		piece.Key, piece.final = ".http_error."+n.Labels[0], finalReply(n, p)
	case "http_check", "tcp_check":
		piece.final = finalStep(n, p)
	}
	return piece
}

// finalACL is the ACL of that name with all its lines.
func finalACL(name string) func(*conf.Draft) *Node {
	return func(own *conf.Draft) *Node {
		for _, a := range own.Proxy.ACLs {
			if a.Name == name {
				return aclNode(full, a)
			}
		}
		return nil
	}
}

// finalReply is the page of a status unless another one took its place.
func finalReply(n *Node, p *conf.Proxy) func(*conf.Draft) *Node {
	return func(own *conf.Draft) *Node {
		for status, r := range p.ErrorReplies {
			if now := own.Proxy.ErrorReplies[status]; now != nil && now.Pos == r.Pos {
				return n
			}
		}
		return nil
	}
}

// joinBinds makes one block of the addresses of a line.
func joinBinds(pieces []*Piece) []*Piece {
	for len(pieces) > 1 && pieces[0].Node.Name == "bind" && pieces[1].Node.Name == "bind" {
		pieces[0].Node.Labels[0] += "," + pieces[1].Node.Labels[0]
		pieces = append(pieces[:1], pieces[2:]...)
	}
	return pieces
}

func templateOf(d *conf.Draft) *conf.Server { return d.Server }
func serverOf(d *conf.Draft) *conf.Server   { return d.Proxy.Servers[0] }

// serverKids returns the attributes that a line sets in any of the drafts of a server.
func serverKids(drafts, before conf.Drafts, of, was func(*conf.Draft) *conf.Server) []*Node {
	var out []*Node
	sv := of(&drafts[len(drafts)-1]) // what it comes to
	for i := range serverGrammar.rows {
		r := &serverGrammar.rows[i]
		touched := false
		for v := range drafts {
			touched = touched || r.value(brief, &server{Server: of(&drafts[v])}) != r.value(brief, &server{Server: was(&before[v])})
		}
		if touched {
			if text := r.forced(&server{Server: sv}); text != "" {
				out = append(out, attribute(r.name, text))
			}
		}
	}
	sv = of(&drafts[0])
	out = append(out, sourceNodes(full, sv.Source)...)
	return append(out, tlvNodes(full, sv.ProxyTLVs)...)
}

func serverPieces(drafts, before conf.Drafts) []*Piece {
	if len(drafts[0].Proxy.Servers) == 0 {
		return nil
	}
	var out []*Piece
	kids := serverKids(drafts, before, serverOf, templateOf)
	for _, sv := range drafts[0].Proxy.Servers { // several of a template
		out = append(out, &Piece{Node: newBlock("server", []string{sv.Name}, kids)})
	}
	return out
}

// finalStep is a step of a health check with what the lines around it say of it: a comment before it, an option that takes something back.
func finalStep(n *Node, p *conf.Proxy) func(*conf.Draft) *Node {
	return func(own *conf.Draft) *Node {
		for i := range listRows {
			l := &listRows[i]
			said := *l.rulesP(p)
			for _, r := range *l.rulesP(own.Proxy) {
				if len(said) > 0 && r.Pos == said[0].Pos && l.block == n.Name {
					return ruleNodeOf(full, l, r)
				}
			}
		}
		return nil
	}
}

// UseErrors is the block that takes the pages of an http_errors section; no statuses are all.
func UseErrors(name string, statuses []int) *Piece {
	n := newBlock("errorfiles", []string{name}, nil)
	if statuses != nil {
		n.Kids = []*Node{attribute("status", textList(conf.Statuses(statuses)))}
	}
	return &Piece{Node: n}
}

// Block is a block to put nodes into, such as a section.
func Block(name string, labels ...string) *Node { return newBlock(name, labels, nil) }

// Attribute is an attribute with a string for its value.
func Attribute(name, value string) *Node { return attribute(name, quote(value)) }

// Spelling is how HCL writes a keyword of HAProxy.
func Spelling(keyword string) string { return strings.ReplaceAll(spelling(keyword), " ", "_") }

// Statuses reads a list of statuses that may have a page of their own.
func Statuses(words []string) []int {
	var out []int
	for _, w := range words {
		if n, err := strconv.Atoi(w); err == nil {
			out = append(out, n)
		}
	}
	return out
}

package hclfile

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Node is a piece of weir.hcl to be written: an attribute, a block, or comments alone.
type Node struct {
	Above  []string // comments on lines of their own before it, each without its #
	Blank  bool     // an empty line before all that
	Name   string   // "" = only comments
	Labels []string // of a block
	Value  string   // of an attribute; "" = a block
	Beside string   // the comment at the end of its line, without its #
	Kids   []*Node  // of a block
	Inside []string // comments before a block's end
}

func attribute(name, value string) *Node { return &Node{Name: name, Value: value} }

func newBlock(name string, labels []string, kids []*Node) *Node {
	return &Node{Name: name, Labels: labels, Kids: kids}
}

// maxLine is how long a block on one line may be, in bytes, its indentation apart.
const maxLine = 120

// Print writes nodes as a file.
func Print(nodes []*Node) []byte {
	p := &printer{}
	for _, n := range nodes {
		p.node(n)
	}
	return hclwrite.Format([]byte(strings.TrimLeft(p.String(), "\n")))
}

// printer collects the text; the indentation comes with hclwrite.Format.
type printer struct{ strings.Builder }

func (p *printer) node(n *Node) {
	if n.Blank {
		p.WriteString("\n")
	}
	p.comments(n.Above)
	switch {
	case n.Name == "":
	case n.Value != "":
		p.WriteString(n.Name + " = " + n.Value)
		p.end(n.Beside)
	default:
		p.block(n)
	}
}

func (p *printer) comments(lines []string) {
	for _, c := range lines {
		p.WriteString("#" + c + "\n")
	}
}

func (p *printer) end(comment string) {
	if comment != "" {
		p.WriteString(" #" + comment)
	}
	p.WriteString("\n")
}

func (p *printer) block(n *Node) {
	p.WriteString(n.Name)
	for _, l := range n.Labels {
		p.WriteString(" " + quoteLabel(l))
	}
	if one := n.oneLine(); one != "" {
		p.WriteString(" " + one)
		p.end(n.Beside)
		return
	}
	p.WriteString(" {")
	p.end(n.Beside)
	for i, kid := range n.Kids {
		if i == 0 {
			kid.Blank = false
		}
		p.node(kid)
	}
	p.comments(n.Inside)
	p.WriteString("}\n")
}

// oneLine returns the body of a block that fits into its line, or "".
func (n *Node) oneLine() string {
	if len(n.Inside) > 0 || len(n.Kids) > 1 {
		return ""
	}
	if len(n.Kids) == 0 {
		return "{}"
	}
	k := n.Kids[0]
	if k.Value == "" || k.Above != nil || k.Beside != "" || strings.Contains(k.Value, "\n") || len(n.Name)+len(k.Name)+len(k.Value) > maxLine {
		return ""
	}
	return "{ " + k.Name + " = " + k.Value + " }"
}

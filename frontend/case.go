package frontend

import (
	"bytes"

	"weir/conf"
)

// cases are the names of fields as some peers need them written, by their names in lower case ("h1-case-adjust"). Names have no case
// (RFC 9110, 5.1), and Weir writes them in lower case.
type cases map[string]string

func newCases(g *conf.Global) (cases, error) {
	names, err := g.ReadCases()
	if err != nil || len(names) == 0 {
		return nil, err
	}
	c := cases{}
	for _, name := range names {
		c[string(bytes.ToLower([]byte(name)))] = name
	}
	return c, nil
}

// write writes the names in a head anew, in their place: they stay as long as they are.
func (c cases) write(head []byte) []byte {
	for at := bytes.IndexByte(head, '\n') + 1; at > 0 && at < len(head); {
		line := head[at:]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			break
		}
		if colon := bytes.IndexByte(line[:end], ':'); colon > 0 {
			if name := c[string(line[:colon])]; name != "" {
				copy(line, name)
			}
		}
		at += end + 1
	}
	return head
}

// toServer and toClient write a head as the other side needs it.
func (st *stream) toServer(head []byte) []byte {
	if c := st.w.px.cases; c != nil && st.route.p.Options.CaseServer {
		return c.write(head)
	}
	return head
}

func (st *stream) toClient(head []byte) []byte {
	if c := st.w.px.cases; c != nil && st.fe().p.Options.CaseClient {
		return c.write(head)
	}
	return head
}

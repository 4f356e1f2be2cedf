package hclfile

import (
	"fmt"
	"strings"
)

//go:generate go test -run TestReference -update .

// Reference returns docs/hcl.md: every block, attribute, action and function of the language, from the
// tables that the reader works by.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	b.WriteString("\n## Sections\n\n| block | what it is |\n|---|---|\n")
	for _, s := range sections {
		fmt.Fprintf(&b, "| `%s` | %s |\n", head(s.name, s.labels), s.doc)
	}
	chapter(&b, "global", globalGrammar.rows, globalGrammar.nests)
	chapter(&b, "userlist", userlistGrammar.rows, userlistGrammar.nests)
	chapter(&b, "crt_store", crtStoreGrammar.rows, crtStoreGrammar.nests)
	chapter(&b, "acme", acmeGrammar.rows, nil)
	chapter(&b, "mailers", mailersGrammar.rows, mailersGrammar.nests)
	chapter(&b, "http_errors", httpErrorsGrammar.rows, httpErrorsGrammar.nests)
	chapter(&b, "defaults, frontend, backend and listen", sectionGrammar.rows, sectionGrammar.nests)
	chapter(&b, "option", optionGrammar.rows, optionGrammar.nests)
	chapter(&b, "server", serverGrammar.rows, serverGrammar.nests)
	b.WriteString(referenceBalance)
	actions(&b)
	b.WriteString(referenceConditions)
	functions(&b)
	b.WriteString(referenceFormats)
	return b.String()
}

// head writes the first line of a block.
func head(name, labels string) string {
	if labels == "" {
		return name + " { }"
	}
	return name + " " + labels + " { }"
}

func chapter[T any](b *strings.Builder, title string, rows []row[T], nests []nest[T]) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	infos := make([]info, len(rows))
	for i := range rows {
		infos[i] = rows[i].info
	}
	if len(infos) > 0 {
		attributes(b, infos)
	}
	for i := range nests {
		n := &nests[i]
		fmt.Fprintf(b, "\n### `%s`\n\n%s%s.\n", head(n.name, n.labels), sentenceCase(n.doc), places(n.in))
		// option and server have a chapter each.
		if n.attrs != nil && n.name != "option" && n.name != "server" && n.name != "default_server" {
			b.WriteString("\n")
			attributes(b, n.attrs())
		}
	}
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// places says where a keyword may stand; nothing where that is everywhere.
func places(in where) string {
	if in == 0 || in == inAny {
		return ""
	}
	return " (" + in.String() + ")"
}

func attributes(b *strings.Builder, infos []info) {
	b.WriteString("| attribute | value | default | what it is |\n|---|---|---|---|\n")
	for i := range infos {
		r := &infos[i]
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.name, valueDoc(r), defaultDoc(r), cell(r.doc+places(r.in)))
	}
}

// cell escapes what would end a table's cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func valueDoc(r *info) string {
	switch {
	case len(r.enum) > 0:
		return "`" + strings.Join(r.enum, "` `") + "`"
	case r.max > 0 && (r.typ == tInt || r.typ == tSize):
		return fmt.Sprintf("%s, %d to %d", typNames[r.typ], r.min, r.max)
	}
	return typNames[r.typ]
}

func defaultDoc(r *info) string {
	switch {
	case r.required:
		return "must be given"
	case r.def == "":
		return ""
	}
	return "`" + r.def + "`"
}

func actions(b *strings.Builder) {
	b.WriteString("\n## Actions\n\nEvery rule takes `when`, the condition under which it applies. Rules run in the order of the file, a frontend's before its backend's.\n")
	for i := range actionRows {
		a := &actionRows[i]
		fmt.Fprintf(b, "\n### `%s`\n\n%s (%s).\n\n", a.name, sentenceCase(a.doc), lists(a.in))
		attributes(b, a.grammar.infos())
	}
}

func lists(in ruleList) string {
	var out []string
	for i := range listRows {
		if in&listRows[i].list != 0 {
			out = append(out, "`"+listRows[i].keyword()+"`")
		}
	}
	return strings.Join(out, ", ")
}

func functions(b *strings.Builder) {
	b.WriteString("\n| function | ignoring case | holds where the sample |\n|---|---|---|\n")
	for _, r := range testRows {
		args, caseless := "(SAMPLE, VALUE...)", ""
		if r.bare {
			args = "(SAMPLE)"
		}
		if r.caseless {
			caseless = "`" + r.name + "_i`"
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", r.name, args, caseless, cell(r.doc))
	}
}

const referenceHead = `# weir.hcl

Weir's own configuration language. It says what haproxy.cfg says, with the same keywords ('-' and '.' written '_'), in
[HCL](https://github.com/hashicorp/hcl): blocks, attributes, expressions for conditions and templates for formats.
"weir convert" writes it from haproxy.cfg. This page is generated from the tables that the reader works by (` + "`go generate ./conf/hclfile`" + `).

` + "```hcl" + `
defaults {
  mode = "http"
  timeout { client = "25s"  connect = "5s"  server = "25s" }
}
frontend "web" {
  bind ":80" {}
  acl "api" { when = starts_with(path(), "/api/") }
  http_request "deny" { when = method() == "TRACE"  status = 405 }
  use_backend "api" { when = acl.api }
  default_backend = "app"
}
backend "app" { server "a" { address = "10.0.0.1:8080"  check = true } }
backend "api" { server "b" { address = "10.0.0.2:8080"  check = true } }
` + "```" + `

- A file, or all ` + "`*.hcl`" + ` files of a directory that do not begin with a dot, make one configuration. Sections begin with the
  ` + "`defaults`" + ` block before them, or with the one that ` + "`from`" + ` names. A ` + "`defaults`" + ` block begins with another only where its own ` + "`from`" + ` says so.
- Names of sections, servers, ACLs and groups are made of letters, digits, ` + "`-`, `_`, `.` and `:`" + `, as in HAProxy.
- A block may stand on one line with several items in it, which plain HCL forbids.
- Times and sizes are strings in HAProxy's units (us, ms, s, m, h, d; k, m, g); a bare number is milliseconds or bytes.
- A value may be a constant of a ` + "`locals`" + ` block, ` + "`local.NAME`" + `, or a variable of the environment, ` + "`env(NAME)`" + ` or ` + "`env(NAME, DEFAULT)`" + `.
- Relative file names are relative to the configuration file's directory (` + "`default_path`" + `).
- A keyword of HAProxy that is not on this page is an error that says that it is understood but not done yet.
`

const referenceBalance = `
## Balancing

` + "`balance`" + ` is a string in HAProxy's words, or a call:

| written as | or as |
|---|---|
| ` + "`\"roundrobin\"` `\"static-rr\"` `\"leastconn\"` `\"first\"` `\"source\"`" + ` | ` + "`source()`" + ` and so on |
| ` + "`\"uri len 10 depth 3 whole path-only\"`" + ` | ` + "`uri({ len = 10, depth = 3, whole = true, path_only = true })`" + ` |
| ` + "`\"url_param id check_post 64\"`" + ` | ` + "`url_param(\"id\", { check_post = 64 })`" + `; without a number, or ` + "`true`" + `: 16384 bytes, one buffer |
| ` + "`\"hdr(Host) use_domain_only\"`" + ` | ` + "`hdr(\"Host\", { use_domain_only = true })`" + ` |
| | ` + "`hash(lower(hdr(\"X-Key\")))`" + `: any sample |
| ` + "`\"rdp-cookie(mstshash)\"`" + ` | ` + "`rdp_cookie(\"mstshash\")`" + ` |
| ` + "`\"random(3)\"`" + ` | ` + "`random(3)`" + ` |
`

const referenceConditions = `
## Conditions

A condition is made of ` + "`&&`, `||`, `!`" + `, parentheses, ` + "`true`, `false`, `acl.NAME` (or `acl[\"NAME\"]`)" + ` and comparisons of a *sample* with constants. A
sample is a fetch of HAProxy's, called with its arguments: ` + "`path()`, `hdr(\"Host\")`, `req_hdr(\"host\", -1)`" + `; converters are calls around
it: ` + "`lower(hdr(\"Host\"))`, `field(path(), 2, \"/\")`" + `.

- ` + "`==` and `!=`" + ` compare text byte for byte, numbers as numbers, and addresses as addresses. The values of the fields Connection and Upgrade
  are compared without regard to case, as RFC 9110 has them.
- ` + "`<`, `<=`, `>`, `>=`" + ` compare numbers.
- A fetch alone holds where it is true: ` + "`ssl_fc()`" + `.
- A list stands for its elements: ` + "`one_of(path(), [\"/a\", \"/b\"])`" + ` is ` + "`one_of(path(), \"/a\", \"/b\")`" + `. One that matches is enough.
- ` + "`file(\"NAME\")`" + ` among the values stands for the lines of a file: ` + "`in_net(src(), file(\"office.lst\"), \"10.0.0.0/8\")`" + `.
- An object at the end sets what HAProxy has flags for: ` + "`{ id = 3, ignore_case = true, maps = true, no_dns = true }`" + ` are -u 3, -i, -M and -n.
- ` + "`unhex(\"ff41\")`" + ` is a constant of these bytes, for what is no Unicode text. A block's label is written "unhex(ff41)" then.
`

const referenceFormats = `
## Formats

A format is a template: ` + "`\"https://${hdr(\"Host\")}${path()}\"`" + `. Between ` + "`${` and `}`" + ` stands a sample, a constant, or ` + "`log.NAME`" + ` for one of HAProxy's log
variables (` + "`${log.ci}`" + ` is its ` + "`%ci`" + `). A lone sample needs no quotes: ` + "`value = src()`" + `. ` + "`%[src]` and `%ci`" + ` mean nothing in HCL and stay as they are;
` + "`$${` and `%%{`" + ` write the characters.

The flags, names and types that HAProxy writes in ` + "`%{+Q}(NAME:TYPE)`" + ` are functions:

| function | what it does |
|---|---|
| ` + "`${item(log.ci, { name = \"client\", type = \"str\", flags = \"+Q\" })}`" + ` | the item has this name (for ` + "`+json` and `+cbor`" + `), type and flags; each may be left out |
| ` + "`${flags(\"+Q,+E\")}`" + ` | what comes after it has these flags and no others: ` + "`%{+Q,+E}o`" + ` |

A sample alone, as the ` + "`value`" + ` of set-var, is written without quotes and dollar: ` + "`value = lower(hdr(\"Host\"))`" + `. A constant there is ` + "`int(5)` or `str(\"text\")`" + `.
`

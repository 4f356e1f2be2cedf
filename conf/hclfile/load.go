package hclfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// Load reads a file, or all *.hcl files of a directory that do not begin with a dot in the order of their names, as one configuration
// and validates it. The configuration is what could be understood even where there are errors, for
// programs that show it; it must not run then.
func Load(path string, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	return LoadFiles([]string{path}, opts...)
}

// LoadFiles reads several files and directories as Load does, in their order, as one configuration: a defaults block
// goes on in the files after it, until the next.
func LoadFiles(paths []string, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	var sources []*source
	var diags conf.Diagnostics
	for _, path := range paths {
		for _, name := range filesOf(path, &diags) {
			text, err := readFile(name)
			if err != nil {
				diags.Add(conf.Bad(conf.Pos{File: name}, "", "cannot be read: %s", cause(err)))
				continue
			}
			sources = append(sources, newSource(name, text))
		}
	}
	if len(diags.Errors) > 0 && len(sources) == 0 {
		return &conf.Config{}, diags
	}
	cfg, found := parse(sources, len(diags.Errors) == 0, opts)
	found.Merge(diags)
	found.Tidy()
	return cfg, found
}

// filesOf returns the files that a path stands for.
func filesOf(path string, diags *conf.Diagnostics) []string {
	if st, err := os.Stat(path); err != nil || !st.IsDir() {
		return []string{path}
	}
	names, _ := filepath.Glob(filepath.Join(path, "*.hcl")) // sorted; the pattern is good
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(filepath.Base(n), ".") })
	if len(names) == 0 {
		diags.Add(conf.Bad(conf.Pos{File: path}, "", "the directory has no *.hcl file"))
	}
	return names
}

// Parse reads one file's text as Load does; name stands for it in errors.
func Parse(name string, text []byte, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	return parse([]*source{newSource(name, text)}, true, opts)
}

// readFile reads one byte more than is parsed, so that too large a file shows.
func readFile(name string) ([]byte, error) {
	return readUpTo(name, maxFile+1)
}

// cause drops what a path error repeats of the path.
func cause(err error) string {
	s := err.Error()
	return s[strings.LastIndex(s, ": ")+1:][min(1, strings.Count(s, ": ")):]
}

// parse decodes the sources as one configuration; complete says that no file is missing.
func parse(sources []*source, complete bool, opts []conf.Option) (*conf.Config, conf.Diagnostics) {
	d := &decoder{sources: map[string]*source{}, cfg: &conf.Config{}, locals: map[string]value{}, httpErrors: map[string]*conf.HTTPErrors{}}
	d.cfg.Global.DefaultPath = "config"
	var parts []*part
	var bodies []*hclsyntax.Body
	for _, s := range sources {
		d.sources[s.name] = s
		d.cfg.Files = append(d.cfg.Files, s.name)
		for _, p := range s.parse() {
			d.diags.Merge(p.diags)
			parts = append(parts, p)
			if p.body != nil {
				bodies = append(bodies, p.body)
			}
		}
	}
	d.config(bodies)
	d.readReplyFiles()
	d.dropLost(parts)
	missing, kept := d.unread(parts)
	if !complete || !kept {
		// Half of a file is missing sections that the other half refers to.
		d.diags.Tidy()
		return d.cfg, d.diags
	}
	if len(missing.text) > 0 {
		opts = append(opts[:len(opts):len(opts)], missing.partly())
	}
	d.unix.apply(d.cfg)
	d.diags.Merge(conf.Validate(d.cfg, append([]conf.Option{conf.Underscores()}, opts...)...))
	d.diags.Tidy()
	return d.cfg, d.diags
}

// sections are the blocks of a file; a label in brackets may be left out.
var sections = []struct {
	name      string
	low, high int
	labels    string
	doc       string
}{
	{"locals", 0, 0, "", "constants, used as local.NAME"},
	{"global", 0, 0, "", "settings of the process"},
	{"userlist", 1, 1, `"NAME"`, "users and groups, for http_auth(NAME) and http_auth_group(NAME)"},
	{"http_errors", 1, 1, `"NAME"`, "error pages that sections take with errorfiles"},
	{"crt_store", 0, 1, `["NAME"]`, "certificates with names, which crt takes as @NAME/ALIAS"},
	{"acme", 1, 1, `"NAME"`, "an authority that certificates are ordered from (RFC 8555): a bind block, a load block or ssl_f_use names it"},
	{"mailers", 1, 1, `"NAME"`, "mail servers that alerts are sent through: the block email_alert of a section names it"},
	{"defaults", 0, 1, `["NAME"]`, "what the sections after it begin with, or those that name it: from = \"NAME\""},
	{"frontend", 1, 1, `"NAME"`, "the client side: where to listen, and what to do with requests"},
	{"backend", 1, 1, `"NAME"`, "the server side: servers, balancing, health checks"},
	{"listen", 1, 1, `"NAME"`, "a frontend and a backend in one"},
}

// config reads all files: constants first, then what the sections are made of, then the sections.
func (d *decoder) config(bodies []*hclsyntax.Body) {
	d.each(bodies, "locals", d.readLocals)
	d.each(bodies, "http_errors", d.readHTTPErrors)
	var current *defaults
	named := map[string]*defaults{}
	for _, body := range bodies {
		for _, it := range items(body) {
			if it.attr != nil {
				d.unknown(it.attr.Name, d.pos(it.attr.NameRange), "", "file", sectionNames(), isSection(it.attr.Name), "a block: "+it.attr.Name+" { }")
				continue
			}
			if it.block.Type == "defaults" && d.topLabels(it.block) {
				current = d.readDefaults(it.block, named)
				continue
			}
			d.top(it.block, current, named)
		}
	}
}

// each has f read every block of a kind.
func (d *decoder) each(bodies []*hclsyntax.Body, kind string, f func(*hclsyntax.Block)) {
	for _, body := range bodies {
		for _, it := range items(body) {
			if it.block != nil && it.block.Type == kind && (kind == "locals" || d.topLabels(it.block)) {
				f(it.block)
			}
		}
	}
}

// top reads one block of a file that is no defaults block.
func (d *decoder) top(hb *hclsyntax.Block, current *defaults, named map[string]*defaults) {
	if !isSection(hb.Type) {
		d.unknown(hb.Type, d.pos(hb.TypeRange), "", "file", sectionNames(), false, "")
		return
	}
	if hb.Type == "http_errors" || !d.topLabels(hb) {
		return
	}
	switch hb.Type {
	case "global":
		d.global(hb)
	case "userlist":
		d.readUserlist(hb)
	case "crt_store":
		d.readCrtStore(hb)
	case "acme":
		d.readACME(hb)
	case "mailers":
		d.readMailers(hb)
	case "frontend":
		d.section(hb, conf.Frontend, current, named)
	case "backend":
		d.section(hb, conf.Backend, current, named)
	case "listen":
		d.section(hb, conf.Listen, current, named)
	}
}

func sectionNames() []string {
	var out []string
	for _, s := range sections {
		out = append(out, s.name)
	}
	return out
}

func isSection(name string) bool { return slices.Contains(sectionNames(), name) }

func (d *decoder) topLabels(hb *hclsyntax.Block) bool {
	for _, s := range sections {
		if s.name == hb.Type {
			b := d.block(hb, "")
			if !d.labelsOK(b, &nest[conf.Config]{low: s.low, high: s.high, labels: s.labels}) {
				return false
			}
			if len(b.labels) > 0 && s.name != "defaults" { // of that any, unless a section asks for it
				d.checkName(b)
			}
			return true
		}
	}
	return false
}

// readLocals reads constants; one may use those before it.
func (d *decoder) readLocals(hb *hclsyntax.Block) {
	for _, it := range items(hb.Body) {
		if it.attr == nil {
			d.add(conf.Bad(d.pos(it.block.TypeRange), join("locals", it.block.Type), "want an attribute: %s = ...", it.block.Type))
			continue
		}
		path := join("locals", it.attr.Name)
		if v, ok := d.constant(it.attr.Expr, path); ok {
			if _, again := d.locals[it.attr.Name]; again {
				d.add(conf.Bad(d.pos(it.attr.NameRange), path, "is defined already"))
			}
			d.locals[it.attr.Name] = v
		}
	}
}

// readDefaults checks a defaults block on its own, so that its errors are told once however many sections use it.
func (d *decoder) readDefaults(hb *hclsyntax.Block, named map[string]*defaults) *defaults {
	b := d.block(hb, "")
	df := &defaults{body: withoutFrom(hb.Body), path: b.path, pos: b.pos}
	if hb.Body.Attributes["from"] != nil {
		df.from = d.from(hb, b, nil, named)
	}
	if df.from != nil {
		df.depth = df.from.depth + 1
	}
	if df.depth > maxDefaults {
		d.add(conf.Bad(b.pos, b.path, "more than %d defaults blocks build on each other", maxDefaults))
		df.from = nil
	}
	s := &section{Proxy: conf.NewProxy(b.pos, conf.Listen, b.label())}
	s.read(d, df.body, b.path, inDefaults)
	if b.label() == "" {
		return df
	}
	if first := named[b.label()]; first != nil {
		d.add(conf.Conflict(b.pos, "", b.path, first.pos))
		return df
	}
	named[b.label()] = df
	return df
}

// defaults is a defaults block: its body, which is read again for every section that begins with it.
type defaults struct {
	body  *hclsyntax.Body
	path  string
	pos   conf.Pos
	from  *defaults
	depth int
}

// The limits on defaults blocks, which are read again for each section: how many build on each other, and how many are read all in all.
const (
	maxDefaults = 32
	maxApplied  = 1 << 20
)

// apply reads a defaults block for a section of kind w.
func (s *section) apply(d *decoder, df *defaults, w where) {
	if df == nil {
		return
	}
	s.apply(d, df.from, w)
	if d.applied += 1 + len(df.body.Blocks); d.applied > maxApplied {
		d.add(conf.Bad(df.pos, df.path, "is used in too many sections"))
		return
	}
	d.muted++
	s.read(d, df.body, df.path, w)
	d.muted--
}

// read reads one block's body: of a section, or of a defaults block for it.
func (s *section) read(d *decoder, body *hclsyntax.Body, path string, w where) {
	s.oldChecks, s.oldStats = anyCheck, true
	read(d, &sectionGrammar, s, body, path, w)
	s.readCheckSend(d)
	s.ownLogLine = false
}

// section reads a frontend, backend or listen block over the defaults that it begins with.
func (d *decoder) section(hb *hclsyntax.Block, kind conf.Kind, current *defaults, named map[string]*defaults) {
	b := d.block(hb, "")
	w := where(0)
	if kind&conf.Frontend != 0 {
		w |= inFrontend
	}
	if kind&conf.Backend != 0 {
		w |= inBackend
	}
	s := &section{Proxy: conf.NewProxy(b.pos, kind, b.label())}
	s.apply(d, d.from(hb, b, current, named), w)
	s.ID, s.Desc = 0, ""
	s.inherited = map[string]bool{}
	for _, a := range s.ACLs {
		s.inherited[a.Name] = true
	}
	s.read(d, withoutFrom(hb.Body), b.path, w)
	s.finish(d)
	d.cfg.Proxies = append(d.cfg.Proxies, s.Proxy)
}

// from returns the defaults block that a section begins with: the one it names, or the last before it.
func (d *decoder) from(hb *hclsyntax.Block, b *block, current *defaults, named map[string]*defaults) *defaults {
	a := hb.Body.Attributes["from"]
	if a == nil {
		return current
	}
	path := join(b.path, "from")
	name, ok := d.constString(a.Expr, path)
	if !ok {
		return nil
	}
	if want, _ := conf.CheckName(name); want != "" {
		d.add(conf.BadValue(d.pos(a.Expr.Range()), path, name, want))
	} else if named[name] == nil {
		e := conf.Unknown(d.pos(a.Expr.Range()), path, "defaults", name, sortedKeys(named))
		d.add(e)
	}
	return named[name]
}

// withoutFrom returns the body without the attribute that from has read.
func withoutFrom(body *hclsyntax.Body) *hclsyntax.Body {
	if body.Attributes["from"] == nil {
		return body
	}
	out := *body
	out.Attributes = make(hclsyntax.Attributes, len(body.Attributes))
	for name, a := range body.Attributes {
		if name != "from" {
			out.Attributes[name] = a
		}
	}
	return &out
}

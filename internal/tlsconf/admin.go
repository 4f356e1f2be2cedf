package tlsconf

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// Commands are those that Command carries out, by their words in HAProxy's management guide.
var Commands = []string{
	"abort ssl ca-file", "abort ssl cert", "abort ssl crl-file", "add ssl ca-file", "add ssl crt-list", "commit ssl ca-file", "commit ssl cert", "commit ssl crl-file",
	"del ssl ca-file", "del ssl cert", "del ssl crl-file", "del ssl crt-list", "new ssl ca-file", "new ssl cert", "new ssl crl-file",
	"dump ssl cert",
	"set ssl ca-file", "set ssl cert", "set ssl crl-file", "set ssl ocsp-response", "set ssl tls-key", "show ssl ca-file", "show ssl cert", "show ssl crl-file", "show ssl crt-list",
	"show ssl ocsp-response", "show ssl ocsp-updates", "show ssl providers", "show ssl sni", "show tls-keys", "update ssl ocsp-response",
}

// txns are the transactions under way: one of each kind, as in HAProxy.
type txns struct {
	cert *certTxn
	ca   *fileTxn[*caFile]
	crl  *fileTxn[*crlFile]
}

// certTxn is a certificate that is being changed.
type certTxn struct {
	path  string
	files files
}

// fileTxn is a CA or CRL file that is being changed.
type fileTxn[T any] struct {
	path string
	next T
}

// Command carries out a command on certificates and returns its answer. The words of the answers are HAProxy's: tools read them.
func (s *Store) Command(name string, args []string, payload string) string {
	arg := ""
	if len(args) > 0 {
		arg = args[0]
	}
	if name == "update ssl ocsp-response" { // it asks over the network
		return s.updateOCSPNow(arg)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	verb, kind, _ := strings.Cut(name, " ssl ")
	switch name {
	case "show tls-keys":
		return s.showKeys(arg)
	case "set ssl tls-key":
		return s.setKey(args)
	case "show ssl ocsp-response":
		return s.showOCSP(args)
	case "set ssl ocsp-response":
		return s.setOCSP(arg, payload)
	case "show ssl ocsp-updates":
		return s.showOCSPUpdates()
	case "show ssl providers":
		return showProviders()
	case "show ssl sni":
		return s.showSNI(args)
	case "dump ssl cert":
		return s.dumpCert(arg)
	}
	switch kind {
	case "cert":
		return s.certCommand(verb, arg, payload)
	case "crt-list":
		return s.listCommand(verb, args, payload)
	}
	return s.caCommand(verb, kind, arg, payload)
}

func (s *Store) certCommand(verb, path, payload string) string {
	switch verb {
	case "show":
		return s.showCert(path)
	case "new":
		return s.newCert(path)
	case "set":
		return s.setCert(path, payload)
	case "commit":
		return s.commitCert(path)
	case "abort":
		return s.abortCert(path)
	}
	return s.delCert(path)
}

// answer joins lines.
func answer(lines ...string) string { return strings.Join(lines, "\n") }

func (s *Store) newCert(path string) string {
	switch {
	case path == "":
		return "'new ssl cert' expects a filename"
	case s.pairs[path] != nil:
		return "Certificate '" + path + "' already exists!"
	}
	s.pairs[path] = &entry{path: path}
	return "New empty certificate store '" + path + "'!"
}

// partOf is the certificate that a file belongs to, and which of its files that is.
func (s *Store) partOf(path string) (base, ending string) {
	for _, e := range []string{".key", ".ocsp", ".issuer", ".sctl"} {
		if b, ok := strings.CutSuffix(path, e); ok && s.pairs[path] == nil && s.pairs[b] != nil {
			return b, e
		}
	}
	return path, ""
}

func (s *Store) setCert(path, payload string) string {
	if path == "" || payload == "" {
		return "'set ssl cert expects a filename and a certificate as a payload"
	}
	refuse := func(lines ...string) string { return answer(append(lines, "Can't update "+path+"!")...) }
	base, ending := s.partOf(path)
	if err := (&certTxn{path: base}).set(ending, payload); err != nil {
		if ending == ".sctl" { // of which HAProxy says no more
			return refuse("Can't load the payload")
		}
		return refuse(err.Error(), "Can't load the payload")
	}
	t, word := s.txn.cert, "updated"
	if t != nil && t.path != base {
		return refuse(ongoing(t.path, path))
	}
	e := s.pairs[base]
	if e == nil {
		return refuse("Can't replace a certificate which is not referenced by the configuration!")
	}
	if t == nil {
		t, word = &certTxn{path: base}, "created"
		if e.pair != nil {
			t.files = e.pair.source
		}
	}
	t.set(ending, payload)
	s.txn.cert = t
	return "Transaction " + word + " for certificate " + base + "!"
}

func ongoing(has, wants string) string {
	return fmt.Sprintf("The ongoing transaction is about '%s' but you are trying to set '%s'", has, wants)
}

// set puts the payload in the place of one of the certificate's files.
func (t *certTxn) set(ending, payload string) error {
	b := []byte(payload)
	has := func(kind string) bool { return bytes.Contains(b, []byte(kind+"-----")) }
	switch ending {
	case ".key":
		if !has("PRIVATE KEY") {
			return fmt.Errorf("unable to load private key from file '%s'.", t.path)
		}
		t.files.key = b
	case ".ocsp":
		der, err := unbase64(payload)
		if err != nil {
			return errors.New("Error reading OCSP response in base64 format") //nolint:staticcheck // it is HAProxy's
		}
		t.files.ocsp = der
	case ".issuer":
		if _, err := certsOf(b); err != nil {
			return fmt.Errorf("'%s' cannot be read or parsed'.", t.path)
		}
		t.files.issuer = b
	case ".sctl":
		if err := new(Pair).setSCTs(b); err != nil {
			return err
		}
		t.files.sctl = b
	default:
		block, _ := pem.Decode(b)
		if block == nil || !has("BEGIN CERTIFICATE") {
			return fmt.Errorf("unable to load certificate from file '%s'.", t.path)
		}
		if has("PRIVATE KEY") {
			t.files.key = nil
		} else if t.files.key == nil { // the key is what it was
			t.files.key = t.files.pem
		}
		t.files.pem, t.files.ocsp = b, nil
	}
	return nil
}

func (s *Store) commitCert(path string) string {
	if path == "" {
		return "'commit ssl cert expects a filename"
	}
	refuse := func(lines ...string) string { return answer(append(lines, "Can't commit "+path+"!")...) }
	t := s.txn.cert
	if t == nil {
		return refuse("No ongoing transaction! !")
	}
	if t.path != path {
		return refuse(ongoing(t.path, path))
	}
	p, err := s.x.parsePair(path, t.files)
	if errors.Is(err, errOtherKey) {
		return refuse("inconsistencies between private key and certificate loaded '" + path + "'.")
	}
	if err != nil {
		return refuse(err.Error())
	}
	if len(t.files.ocsp) > 0 && p.issuer == nil {
		s.txn.cert = nil
		return answer("Committing "+path+".", " '"+path+".ocsp' is present and activates OCSP but it is impossible to compute the OCSP certificate ID (maybe the issuer could not be found)'.", "Failed!")
	}
	e := s.pairs[path]
	old := e.pair
	e.pair = p
	if err := s.rebuild(); err != nil {
		e.pair = old
		return refuse(err.Error())
	}
	s.txn.cert = nil
	lines := []string{"Committing " + path + strings.Repeat(".", s.users(path))}
	for _, n := range p.notes {
		lines = append(lines, "Warning: "+n)
	}
	return answer(append(lines, "Success!")...)
}

func (s *Store) abortCert(path string) string {
	t := s.txn.cert
	switch {
	case path == "":
		return "'abort ssl cert' expects a filename"
	case t == nil:
		return "No ongoing transaction!"
	case t.path != path:
		return answer(fmt.Sprintf("The ongoing transaction is about '%s' but you are trying to abort a transaction for '%s'", t.path, path))
	}
	s.txn.cert = nil
	return "Transaction aborted for certificate '" + path + "'!"
}

func (s *Store) delCert(path string) string {
	const cannot = "Can't remove the certificate: certificate '"
	switch {
	case path == "":
		return "'del ssl cert' expects a certificate name"
	case s.txn.cert != nil && s.txn.cert.path == path: // the commit would find nothing
		return "Can't remove the certificate: ongoing transaction for the certificate '" + path + "'"
	case s.pairs[path] == nil:
		return cannot + path + "' doesn't exist!\n"
	case s.users(path) > 0 || s.listedAnywhere(path):
		return cannot + path + "' in use, can't be deleted!\n"
	}
	delete(s.pairs, path)
	return "Certificate '" + path + "' deleted!"
}

func (s *Store) listedAnywhere(path string) bool {
	for _, l := range s.lists {
		if slices.ContainsFunc(l.lines, func(n *line) bool { return n.path == path }) {
			return true
		}
	}
	return false
}

// users is how many lines of binds and servers show the certificate.
func (s *Store) users(path string) int {
	n := 0
	for _, b := range s.binds {
		for _, l := range b.lines() {
			if l.path == path {
				n++
			}
		}
	}
	for _, v := range s.servers {
		if v.path == path {
			n++
		}
	}
	return n
}

// rebuild makes everything anew of what the files hold now, and puts it in place once all of it is good.
func (s *Store) rebuild() (err error) {
	var errs conf.Errors
	wanted := s.forgetOCSP()
	defer func() {
		if err != nil {
			s.recallOCSP(wanted)
		}
	}()
	tables := make([]*names, len(s.binds))
	for i, b := range s.binds {
		n, err := b.build(b.reporter(&errs))
		if err != nil {
			return err
		}
		tables[i] = n
	}
	clients := make([]*client, len(s.servers))
	for i, v := range s.servers {
		clients[i] = v.build(v.reporter(&errs))
	}
	if len(errs) > 0 {
		return errs
	}
	for i, b := range s.binds {
		b.names.Store(tables[i])
	}
	s.wakeOCSP()
	for i, v := range s.servers {
		if slices.Equal(v.now.Load().of, clients[i].of) {
			continue // nothing of it has changed: its sessions and connections stay
		}
		v.now.Store(clients[i])
		if v.told != nil {
			v.told()
		}
	}
	return nil
}

// listCommand carries out the commands on crt-lists.
func (s *Store) listCommand(verb string, args []string, payload string) string {
	switch verb {
	case "add":
		if len(args) < 1 || len(args) < 2 && payload == "" {
			return "'add ssl crtlist' expects a filename and a certificate name"
		}
		text := payload
		if text == "" {
			text = strings.Join(args[1:], " ")
		}
		return s.addLine(args[0], strings.Trim(text, "\r\n"))
	case "del":
		if len(args) < 2 {
			return "'del ssl crtlist' expects a filename and a certificate name"
		}
		return s.delLine(args[0], args[1])
	}
	numbers := len(args) > 0 && args[0] == "-n"
	if numbers {
		args = args[1:]
	}
	switch {
	case len(args) > 0:
		return s.showList(args[0], numbers)
	case numbers:
		return "'show ssl crt-list -n' expects a filename or a directory"
	}
	return answer(slices.Sorted(maps.Keys(s.lists))...)
}

// listNamed is the list of that name, which a folder's may be with slashes behind it; nil = there is none.
func (s *Store) listNamed(name string) (*listFile, string) {
	if l := s.lists[name]; l != nil {
		return l, name
	}
	if bare := strings.TrimRight(name, "/"); s.lists[bare] != nil && s.lists[bare].folder {
		return s.lists[bare], bare
	}
	return nil, name
}

func (s *Store) addLine(list, text string) string {
	const cannot = "Can't edit the crt-list: "
	l, list := s.listNamed(list)
	if l == nil {
		return cannot + "crt-list '" + list + "' does not exist!"
	}
	n, err := parseListLine(text)
	var option *optionError
	var value *valueError
	switch {
	case strings.Contains(text, "\n"):
		return cannot + "only one line of payload is supported!"
	case err == errNoBracket:
		return cannot + "parsing [CLI:1]: missing '['" // HAProxy's words
	case errors.As(err, &value):
		return cannot + value.haproxy
	case errors.As(err, &option):
		return cannot + "parsing [CLI:1]: " + option.haproxy()
	case err == errBrackets:
		return cannot + "parsing [CLI:1]: too many '['" // HAProxy's words
	case err == errNoFile:
		return cannot + "parsing [CLI:1]: file must start with a cert" // HAProxy's words
	case err != nil:
		return cannot + "parsing [CLI:1]: " + err.Error()
	case n == nil:
		return cannot + "want one line"
	case l.folder && filepath.Dir(n.path) != filepath.Clean(list):
		return cannot + "'" + list + "' is a directory, certificate path '" + n.path + "' must contain the directory path"
	case l.folder && slices.ContainsFunc(l.lines, func(o *line) bool { return o.path == n.path }):
		return cannot + "file already exists in this directory!"
	case s.pairs[n.path] != nil && s.pairs[n.path].pair == nil:
		return cannot + "certificate '" + n.path + "' is empty!"
	case s.pairs[n.path] == nil:
		return cannot + "certificate '" + n.path + "' does not exist!"
	}
	if said := s.unreadable(n); said != "" {
		return cannot + said
	}
	n.list, n.number = list, 1
	if l.folder {
		n.list = ""
	}
	for _, o := range l.lines {
		n.number = max(n.number, o.number+1)
	}
	before := l.lines
	l.lines = append(slices.Clone(before), n)
	if err := s.rebuild(); err != nil {
		l.lines = before
		return cannot + err.Error()
	}
	return answer(fmt.Sprintf("Inserting certificate '%s' in crt-list '%s'%s", n.path, list, strings.Repeat(".", s.listUsers(l))), "Success!")
}

// unreadable says in HAProxy's words which file of authorities a line names in vain.
func (s *Store) unreadable(n *line) (said string) {
	names := map[string]string{"ca-file": n.tls.CAFile, "ca-verify-file": n.tls.CAVerifyFile, "crl-file": n.tls.CRLFile}
	s.readable(conf.Pos{}, &n.tls, &report{bad: func(keyword, _ string, _ ...any) {
		if said == "" {
			said = "'" + keyword + "' : unable to load " + s.file(names[keyword], s.cfg.Global.TLS.CABase, conf.Pos{})
		}
	}})
	return said
}

func (s *Store) listUsers(l *listFile) int {
	n := 0
	for _, b := range s.binds {
		if slices.Contains(b.lists, l) {
			n++
		}
	}
	return n
}

func (s *Store) delLine(list, name string) string {
	const cannot = "Can't delete the entry: "
	l, list := s.listNamed(list)
	if l == nil {
		return cannot + "crt-list '" + list + "' does not exist!"
	}
	path, number := name, 0
	if i := strings.LastIndexByte(name, ':'); i >= 0 && s.pairs[name] == nil {
		n, err := strconv.Atoi(name[i+1:])
		if err != nil || n < 1 {
			return cannot + "wrong line number after colons in '" + name + "'!"
		}
		path, number = name[:i], n
	}
	if s.pairs[path] == nil {
		return cannot + "certificate '" + path + "' does not exist!"
	}
	var at, places []int
	var numbers []string
	for i, n := range l.lines {
		if n.path != path {
			continue
		}
		at, numbers = append(at, i), append(numbers, fmt.Sprint(l.numberOf(n)))
		if number == l.numberOf(n) && number > 0 {
			places = append(places, i)
		}
	}
	switch {
	case len(at) == 0:
		return cannot + "certificate '" + path + "' can't be found in crt-list '" + list + "'!"
	case len(places) > 0:
		at = places[:1]
	case number > 0:
		return fmt.Sprintf("%sfound a certificate '%s' but the line number is incorrect, please specify a correct line number preceded by colons (%s)!", cannot, path, strings.Join(numbers, ", "))
	case len(at) > 1:
		return fmt.Sprintf("%sfound the certificate '%s' in several entries, please specify a line number preceded by colons (%s)!", cannot, path, strings.Join(numbers, ", "))
	}
	if of := s.defaultOf(l.lines[at[0]]); of != nil {
		return fmt.Sprintf("%scertificate '%s' cannot be deleted, it is used as default certificate by the following frontends:\n\t- %s\n", cannot, path, strings.Join(of, "\n\t- "))
	}
	before := l.lines
	l.lines = slices.Delete(slices.Clone(before), at[0], at[0]+1)
	if err := s.rebuild(); err != nil {
		l.lines = before
		return cannot + err.Error()
	}
	return "Entry '" + path + "' deleted in crtlist '" + list + "'!"
}

// defaultOf are the places of the bind lines that show the line's certificate for names that none is for. Without it the next one in order would
// be shown to whoever asks for another name, which nobody has asked for.
func (s *Store) defaultOf(l *line) (places []string) {
	for _, b := range s.binds {
		if n := b.names.Load(); !n.strict && slices.ContainsFunc(n.def, func(c *choice) bool { return c.line == l }) {
			places = append(places, fmt.Sprintf("%s:%d", b.b.Pos.File, b.b.Pos.Line))
		}
	}
	return places
}

// numberOf is the number of a list's line; a folder has no lines.
func (l *listFile) numberOf(n *line) int {
	if l.folder {
		return 0
	}
	return n.number
}

func (s *Store) showList(list string, numbers bool) string {
	l, list := s.listNamed(list)
	if l == nil {
		return "didn't find the specified filename"
	}
	out := []string{"# " + list}
	for _, n := range l.lines {
		text := n.textWith(orderOptions(n.options))
		if numbers {
			text = fmt.Sprintf("%s:%d%s", n.path, l.numberOf(n), strings.TrimPrefix(text, n.path))
		}
		out = append(out, text)
	}
	return answer(out...)
}

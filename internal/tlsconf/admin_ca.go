package tlsconf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// caKind is what the commands on CA files and on CRL files have in common. They work on the files that lines name; what is trusted changes
// for every line at once.
type caKind[T any] struct {
	keyword, short, long string // ca-file, "CA", "CA file"
	files                map[string]T
	txn                  **fileTxn[T]
	parse                func(path string, pem []byte) (T, error)
	empty                func(path string) T
	count                func(T) string                                 // behind the name in a list
	show                 func(path, status string, f T, one int) string // one is the number of the only one that is meant; 0 = all are
	pem                  func(T) []byte
	none                 func(T) bool // it was announced and not set yet
}

// before is what the file holds, with what has been changed and not put to use.
func (k *caKind[T]) before(path string) string {
	if t := *k.txn; t != nil {
		return string(k.pem(t.next))
	}
	return string(k.pem(k.files[path]))
}

func (s *Store) caCommand(verb, kind, path, payload string) string {
	if kind == "ca-file" {
		return caRun(s, &caKind[*caFile]{keyword: kind, short: "CA", long: "CA file", files: s.cas, txn: &s.txn.ca,
			parse: func(path string, b []byte) (*caFile, error) {
				certs, err := certsOf(b)
				return &caFile{path: path, certs: asAdded(certs), pem: b}, err
			},
			empty: func(path string) *caFile { return &caFile{path: path} },
			count: func(f *caFile) string { return fmt.Sprintf(" - %d certificate(s)", len(f.certs)) },
			show:  func(path, status string, f *caFile, one int) string { return describeCAs(path, status, f.certs, one) },
			pem:   func(f *caFile) []byte { return f.pem },
			none:  func(f *caFile) bool { return len(f.certs) == 0 && !f.sys },
		}, verb, path, payload)
	}
	return caRun(s, &caKind[*crlFile]{keyword: kind, short: "CRL", long: "CRL file", files: s.crls, txn: &s.txn.crl,
		parse: func(path string, b []byte) (*crlFile, error) {
			list, err := parseCRLs(b)
			return &crlFile{path: path, list: list}, err
		},
		empty: func(path string) *crlFile { return &crlFile{path: path} },
		count: func(*crlFile) string { return "" },
		show:  func(path, status string, f *crlFile, one int) string { return describeCRLs(path, status, f.list, one) },
		pem:   func(*crlFile) []byte { return nil },
		none:  func(f *crlFile) bool { return len(f.list) == 0 },
	}, verb, path, payload)
}

func caRun[T any](s *Store, k *caKind[T], verb, path, payload string) string {
	if path == "" && verb != "show" {
		return k.usage(verb)
	}
	t := *k.txn
	switch verb {
	case "show":
		return k.list(s, path)
	case "new":
		if _, have := k.files[path]; have {
			return k.long + " '" + path + "' already exists!"
		}
		k.files[path] = k.empty(path)
		return "New " + k.long + " created '" + path + "'!"
	case "set", "add":
		return k.set(path, payload, verb == "add")
	case "commit":
		return k.commit(s, path)
	case "abort":
		switch {
		case t == nil:
			return "No ongoing transaction!"
		case t.path != path:
			return fmt.Sprintf("The ongoing transaction is about '%s' but you are trying to abort a transaction for '%s'", t.path, path)
		}
		*k.txn = nil
		return "Transaction aborted for certificate '" + path + "'!" // HAProxy's word
	}
	if t != nil && t.path == path {
		return "Can't remove the " + k.long + ": ongoing transaction for the " + k.long + " '" + path + "'"
	}
	cannot := "Can't remove the " + k.long + ": " + k.long + " '" + path
	if _, have := k.files[path]; !have {
		return cannot + "' doesn't exist!\n"
	}
	if s.trusts(k.keyword, path) {
		return cannot + "' in use, can't be deleted!\n"
	}
	delete(k.files, path)
	return k.long + " '" + path + "' deleted!"
}

func (k *caKind[T]) list(s *Store, path string) string {
	status := func(path string) string {
		if s.trusts(k.keyword, path) {
			return "Used"
		}
		return "Unused"
	}
	t := *k.txn
	if path == "" {
		var out []string
		if t != nil {
			out = append(out, "# transaction", "*"+t.path+k.count(t.next))
		}
		out = append(out, "# filename")
		for _, p := range slices.Sorted(maps.Keys(k.files)) {
			out = append(out, p+k.count(k.files[p]))
		}
		return answer(out...)
	}
	whole, one := cutIndex(path, k.files)
	if one < 0 {
		return "wrong " + k.short + " index after colons in '" + path + "'!"
	}
	path = whole
	if of, ok := strings.CutPrefix(path, "*"); ok && t != nil && t.path == of {
		return k.show(path, "Unused", t.next, one)
	}
	f, ok := k.files[path]
	if !ok {
		return "Can't display the " + k.short + " file : Not found!"
	}
	if k.none(f) {
		return answer("Filename: "+path, "Status: Empty")
	}
	return k.show(path, status(path), f, one)
}

// cutIndex takes the number of one certificate or list off a path: file:2. 0 = all are meant, -1 = it is no number.
func cutIndex[T any](path string, files map[string]T) (base string, one int) {
	at := strings.LastIndexByte(path, ':')
	if _, whole := files[path]; whole || at < 0 {
		return path, 0
	}
	n, err := strconv.Atoi(path[at+1:])
	if err != nil || n < 1 {
		return path, -1
	}
	return path[:at], n
}

// usage is what a command without its argument is told, in HAProxy's words.
func (k *caKind[T]) usage(verb string) string {
	command := "'" + verb + " ssl " + k.keyword
	switch verb {
	case "set":
		return command + " expects a filename and " + k.short + "s as a payload"
	case "commit":
		return "'commit ssl ca-file expects a filename" // of both kinds
	case "del":
		return command + "' expects a " + k.long + " name"
	}
	return command + "' expects a filename"
}

// set replaces what the file holds; add puts more behind it, for what does not fit into one command.
func (k *caKind[T]) set(path, payload string, add bool) string {
	refuse := func(lines ...string) string { return answer(append(lines, "Can't update "+path+"!")...) }
	t, word := *k.txn, "updated"
	if t != nil && t.path != path {
		return refuse(ongoing(t.path, path))
	}
	if payload == "" {
		return k.usage("set")
	}
	if _, have := k.files[path]; !have {
		return refuse("Can't replace a " + k.long + " which is not referenced by the configuration!")
	}
	if add {
		payload = k.before(path) + "\n" + payload
	}
	next, err := k.parse(path, []byte(payload))
	if err != nil {
		return refuse("Invalid payload")
	}
	if t == nil {
		word = "created"
	}
	*k.txn = &fileTxn[T]{path, next}
	return "transaction " + word + " for " + k.short + " " + path + "!"
}

func (k *caKind[T]) commit(s *Store, path string) string {
	refuse := func(lines ...string) string { return answer(append(lines, "Can't commit "+path+"!")...) }
	t := *k.txn
	switch {
	case t == nil:
		return refuse("No ongoing transaction! !")
	case t.path != path:
		return refuse(ongoing(t.path, path))
	}
	old := k.files[path]
	k.files[path] = t.next
	if err := s.rebuild(); err != nil {
		k.files[path] = old
		return refuse(err.Error())
	}
	*k.txn = nil
	return answer("Committing "+path+strings.Repeat(".", s.trusters(k.keyword, path)), "Success!")
}

// trusts reports whether a line names the CA or CRL file.
func (s *Store) trusts(keyword, path string) bool { return s.trusters(keyword, path) > 0 }

func (s *Store) trusters(keyword, path string) int {
	n := 0
	look := func(pos conf.Pos, names ...string) {
		for _, name := range names {
			if name != "" && s.file(name, s.cfg.Global.TLS.CABase, pos) == path {
				n++
			}
		}
	}
	for _, b := range s.binds {
		for _, l := range b.lines() {
			t := l.over(&b.t)
			if t.Verify != "optional" && t.Verify != "required" { // nobody is asked for a certificate
				continue
			}
			if keyword == "ca-file" {
				look(b.b.Pos, t.CAFile, t.CAVerifyFile)
			} else {
				look(b.b.Pos, t.CRLFile)
			}
		}
	}
	for _, v := range s.servers {
		if keyword == "ca-file" {
			look(v.srv.Pos, v.t.CAFile)
		} else {
			look(v.srv.Pos, v.t.CRLFile)
		}
	}
	return n
}

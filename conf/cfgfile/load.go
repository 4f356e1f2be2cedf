package cfgfile

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weir/conf"
)

// Load reads a file, or the *.cfg files of a folder, as one configuration and validates it. The configuration is what could be
// understood even where there are errors, for programs that show it; it must not run then.
func Load(path string, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	return LoadFiles([]string{path}, opts...)
}

// LoadFiles reads several files and folders as Load does, in their order, as one configuration: a defaults section goes on in the
// files after it, until the next.
func LoadFiles(paths []string, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	sources, diags := ReadSources(paths)
	if len(diags.Errors) > 0 && len(sources) == 0 {
		return &conf.Config{}, diags
	}
	cfg, found := parse(sources, len(diags.Errors) == 0, opts)
	found.Merge(diags)
	found.Tidy()
	return cfg, found
}

// Parse reads one file's text as Load does; name stands for it in messages.
func Parse(name string, text []byte, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	return ParseSources([]Source{{name, text}}, opts...)
}

// ParseSources reads texts as LoadFiles reads files.
func ParseSources(sources []Source, opts ...conf.Option) (*conf.Config, conf.Diagnostics) {
	return parse(sources, true, opts)
}

// ReadSources reads the files and folders that paths stand for.
func ReadSources(paths []string) ([]Source, conf.Diagnostics) {
	var sources []Source
	var diags conf.Diagnostics
	for _, path := range paths {
		for _, name := range filesOf(path, &diags) {
			text, err := readFile(name, maxFile)
			switch {
			case err != nil:
				diags.Add(conf.Bad(conf.Pos{File: name}, "", "cannot be read: %s", cause(err)))
			case len(text) > maxFile:
				diags.Add(conf.Bad(conf.Pos{File: name}, "", "is larger than %d bytes", maxFile))
			default:
				if err := truncated(name, text); err != nil {
					diags.Add(err)
				}
				sources = append(sources, Source{name, text})
			}
		}
	}
	return sources, diags
}

// truncated tells of a last line that does not end: of "deny if { src 10.0.0.1 }" half a line may be a rule without its condition.
func truncated(name string, text []byte) *conf.Error {
	n := len(text)
	if n == 0 || text[n-1] == '\n' {
		return nil
	}
	at := conf.Pos{File: name, Line: bytes.Count(text, []byte{'\n'}) + 1, Col: n - bytes.LastIndexByte(text, '\n')}
	return conf.Bad(at, "", "missing LF on the last line: the file might have been truncated")
}

// filesOf returns the files that a path stands for: of a folder those that end in .cfg and do not begin with a dot, by name.
func filesOf(path string, diags *conf.Diagnostics) []string {
	if st, err := os.Stat(path); err != nil || !st.IsDir() {
		return []string{path}
	}
	names, _ := filepath.Glob(filepath.Join(path, "*.cfg")) // sorted; the pattern is good
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(filepath.Base(n), ".") })
	if len(names) == 0 {
		diags.Add(conf.Bad(conf.Pos{File: path}, "", "the directory has no *.cfg file"))
	}
	return names
}

// readFile reads one byte more than is allowed, so that too large a file shows.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// cause drops what a path error repeats of the path.
func cause(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}

// parse decodes the sources as one configuration; complete says that none is missing.
func parse(sources []Source, complete bool, opts []conf.Option) (*conf.Config, conf.Diagnostics) {
	d := newDecoder(sources)
	for _, src := range sources {
		d.file(src)
		d.leave() // a section ends with its file
	}
	return d.whole(complete, opts)
}

// logTag is what log lines of an haproxy.cfg are found by, unless it says otherwise.
const logTag = "haproxy"

// whole checks the configuration once every line has been read.
func (d *decoder) whole(complete bool, opts []conf.Option) (*conf.Config, conf.Diagnostics) {
	d.follow()
	if d.broken || !complete {
		// Half of a file is missing sections that the other half refers to.
		d.diags.Tidy()
		return d.cfg, d.diags
	}
	opts = append(slices.Clip(opts), conf.CalledAs(logTag))
	if d.unread.sections != nil {
		opts = append(opts, d.unread.partly())
	}
	d.diags.Merge(conf.Validate(d.cfg, opts...))
	d.diags.Tidy()
	return d.cfg, d.diags
}

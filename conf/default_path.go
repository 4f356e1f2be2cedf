package conf

import "path/filepath"

// FilePath is where a file is whose name stands at pos: DefaultPath says what a relative name is relative to. The parent is that of the folder which
// the configuration's name leads to, links included.
func (g *Global) FilePath(pos Pos, name string) string {
	if filepath.IsAbs(name) || pos.File == "" {
		return name
	}
	switch g.DefaultPath {
	case "config":
		return filepath.Join(filepath.Dir(pos.File), name)
	case "parent":
		return filepath.Dir(pos.File) + "/../" + name
	case "origin":
		return filepath.Join(g.DefaultOrigin, name)
	}
	return name
}

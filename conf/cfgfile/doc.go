// Package cfgfile reads HAProxy's configuration language, haproxy.cfg, into the conf model.
//
//	cfg, diags := cfgfile.LoadFiles([]string{"/etc/haproxy/haproxy.cfg"}) // files, and folders of *.cfg
//	if err := diags.Err(); err != nil {
//		return err // all errors at once, each with its place
//	}
//
// A line is cut into words (lexer.go), the words' variables are expanded (expand.go), conditional blocks are decided
// (directive.go), and what is left is told apart by section and keyword (section.go). Every keyword is a row of a table: its name,
// where it may stand, how its arguments are written, whether Weir carries it out, and the function that reads it. Keywords lists
// them all, those of HAProxy that are only known by name too.
//
// What HAProxy refuses is an error here, what it only warns of is a warning, and what Weir does not do yet is an error that names
// it. Scan gives the bare lines with their comments, for programs that rewrite a configuration.
//
// The package does not know which fetches and converters are done (a check given with conf.CheckToo does), and it
// reads no file but the configuration and what a reply's file and lf-file name.
package cfgfile

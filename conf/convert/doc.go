// Package convert writes weir.hcl from haproxy.cfg: sections and keywords in the file's order, defaults sections as they stand, and
// every comment with the line that it belongs to.
//
//	sources, diags := cfgfile.ReadSources([]string{"/etc/haproxy/haproxy.cfg"})
//	out, diags := convert.Convert(sources, "weir.hcl")
//	if err := diags.Err(); err != nil {
//		return err // what haproxy.cfg has wrong, as cfgfile tells it
//	}
//	os.Stdout.Write(out.Text)
//
// Each line is read by itself, and what it changes is what is written for it: see cfgfile.Walk and hclfile.Pieces. The package knows no
// keyword. What it has written it reads back, and unless the configuration is the same there is an error.
//
// It does not keep variables of the environment and conditional blocks: what they came to is written, and a comment says so.
package convert

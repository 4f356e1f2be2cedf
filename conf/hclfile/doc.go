// Package hclfile reads Weir's own configuration language, weir.hcl, into the conf model and writes the
// model as weir.hcl.
//
//	cfg, diags := hclfile.Load("weir.hcl") // a file, or a directory of *.hcl
//	if err := diags.Err(); err != nil {
//		return err // all errors at once, each with its place
//	}
//	os.Stdout.Write(hclfile.Encode(cfg)) // reads back as the same configuration
//
// Blocks and attributes carry HAProxy's keyword names with '-' and '.' written as '_'; docs/hcl.md lists
// them, and is written from the same tables that the reader works by. Two things are ours:
//
// A block may stand on one line with several attributes or blocks in it, which plain HCL forbids:
//
//	timeout { client = "25s"  connect = "5s" }
//
// Conditions are HCL expressions and formats are HCL templates, and both are translated to conf.Cond and
// conf.Format at load: nothing of HCL is left at run time, and no function but env and the ones of
// docs/hcl.md exists. A "%[src]" or "%ci" inside a string stays as it is: only ${ } means something.
//
// What an lf_file holds is a log-format of HAProxy's, and cfgfile reads it.
//
// The package does not know which fetches are done or what arguments they take (a
// check given with conf.CheckToo does), and it does not keep comments: Encode writes the meaning, not the text. Pieces and Print are for
// package convert, which keeps them.
package hclfile

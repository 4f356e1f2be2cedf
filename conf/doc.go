// Package conf is the configuration as a typed model: what haproxy.cfg and weir.hcl both decode into,
// and the only thing that the rest of Weir knows of either. It holds the nodes (each with its place in
// a file), the parsers of the small notations that both languages share (addresses, durations, sizes,
// balance lines), and the one way in which every configuration error is written.
//
//	cfg, diags := hclfile.Load("weir.hcl") // reads, then calls conf.Validate
//	if err := diags.Err(); err != nil {
//		fmt.Fprintln(os.Stderr, err) // every error, one per line, in the order of the file
//		os.Exit(1)
//	}
//	for _, w := range diags.Warnings {
//		fmt.Fprintln(os.Stderr, w)
//	}
//	web := cfg.Backend("web")
//
// Validate fills the defaults, numbers what has no number and checks everything that can be checked
// without touching the network. It does not bind, resolve names or compile rules: whether an address
// is free shows when it is bound, and what a fetch or converter may do is the acl package's knowledge,
// which the program hands to Validate with CheckToo.
package conf

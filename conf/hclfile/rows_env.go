package hclfile

import "weir/conf"

// envBlocks are the blocks that change the environment, by what they do.
var envBlocks = [...]string{conf.SetEnv: "setenv", conf.PresetEnv: "presetenv", conf.UnsetEnv: "unsetenv", conf.ResetEnv: "resetenv"}

var (
	setEnvGrammar = grammar[conf.EnvChange]{context: "setenv", rows: []row[conf.EnvChange]{
		{info: info{name: "value", typ: tString, required: true, doc: "its value; may be empty"}, at: func(e *conf.EnvChange) any { return &e.Value },
			text: func(e *conf.EnvChange) string { return quote(e.Value) }}}}
	unsetEnvGrammar = grammar[conf.EnvChange]{context: "unsetenv"}
	resetEnvGrammar = grammar[conf.EnvChange]{context: "resetenv", rows: []row[conf.EnvChange]{
		{info: info{name: "keep", typ: tList, doc: "the variables that are left"}, at: func(e *conf.EnvChange) any { return &e.Keep }}}}
)

func envGrammar(op conf.EnvOp) *grammar[conf.EnvChange] {
	return [...]*grammar[conf.EnvChange]{conf.SetEnv: &setEnvGrammar, conf.PresetEnv: &setEnvGrammar, conf.UnsetEnv: &unsetEnvGrammar, conf.ResetEnv: &resetEnvGrammar}[op]
}

func envNest(op conf.EnvOp, doc string) nest[conf.Global] {
	n := nest[conf.Global]{name: envBlocks[op], doc: doc, attrs: envGrammar(op).infos, read: func(d *decoder, g *conf.Global, b *block, _ where) {
		d.environ(g, b, op)
	}}
	if op != conf.ResetEnv {
		n.low, n.high, n.labels = 1, 1, `"NAME"`
	}
	return n
}

// environ reads a change of the environment.
func (d *decoder) environ(g *conf.Global, b *block, op conf.EnvOp) {
	e := conf.EnvChange{Pos: b.pos, Op: op}
	if op != conf.ResetEnv {
		e.Name = b.label()
	}
	if (op == conf.SetEnv || op == conf.PresetEnv) && !conf.IsEnvName(e.Name) {
		d.add(conf.BadValue(b.labelPos[0], b.path, e.Name, "a name of letters, digits and '_' that does not begin with a digit"))
	}
	read(d, envGrammar(op), &e, b.body, b.path, 0)
	g.Env = append(g.Env, e)
}

// envNode writes one.
func envNode(m style, e *conf.EnvChange) *Node {
	var labels []string
	if e.Op != conf.ResetEnv {
		labels = []string{e.Name}
	}
	return whole(m, envGrammar(e.Op), e, envBlocks[e.Op], labels...)
}

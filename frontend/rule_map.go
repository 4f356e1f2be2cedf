package frontend

import (
	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
)

// changeMap is set-map, del-map, add-acl and del-acl.
type changeMap struct{ rule *acl.MapRule }

func (k *ruleSite) changeMap(r *conf.Rule, a *conf.SetMap) (deed, error) {
	rule, err := k.SetMap(r.Pos, a)
	return &changeMap{rule}, err
}

// do changes the list, or nothing where nobody uses its file: HAProxy says nothing of it either.
func (d *changeMap) do(st *stream, _ *loop.Task, _ phase) verdict {
	d.rule.Run(&st.ctx)
	return carryOn
}

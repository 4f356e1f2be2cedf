package frontend

// fullconns gives every backend without "fullconn" a tenth of the connections that may come from the frontends that lead there by
// name (HAProxy manual, "fullconn"). A name that is made for each stream leads nowhere yet.
func (px *Proxy) fullconns() {
	sums := map[*route]int64{}
	for _, fe := range px.frontends {
		n := fe.limit.Load()
		if n == 0 {
			n = px.limit.Load()
		}
		for r := range fe.leadsTo() {
			sums[r] += n
		}
	}
	for r, n := range sums {
		r.b.SetFullconn(int(max((n+9)/10, 1)))
	}
}

// leadsTo are the backends that the frontend names.
func (fe *Frontend) leadsTo() map[*route]bool {
	to := map[*route]bool{}
	if fe.fallback != nil {
		to[fe.fallback] = true
	}
	for i := range fe.targets {
		if r := fe.targets[i].route; r != nil {
			to[r] = true
		}
	}
	return to
}

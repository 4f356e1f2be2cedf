package tlsconf

type txns struct{}

func (t *txns) init() {}

package backend

import (
	"bytes"

	"weir/conf"
	"weir/internal/message"
)

// urlParamKey hashes the value of a parameter of the query string, else of what the caller has of a POST's
// body (check_post). A parameter that is there without a value is a key too: the empty one.
func urlParamKey(bal *conf.Balance, hash hashFunc) keyFunc {
	return func(sub *Subject) (uint32, bool) {
		if sub.Req == nil {
			return 0, false
		}
		v, ok := param(sub.Req.Query(), bal.Name)
		if !ok && sub.Req.MethodID == message.MethodPost {
			v, ok = param(sub.Body, bal.Name)
		}
		if !ok {
			return 0, false
		}
		return hash(v), true
	}
}

// param is the value of the first "name=value". Unlike the url_param fetch, balancing knows no separator
// but the ampersand: that is how HAProxy spreads "a=1;b=2".
func param(list []byte, name string) ([]byte, bool) {
	for len(list) > 0 {
		var one []byte
		if i := bytes.IndexByte(list, '&'); i >= 0 {
			one, list = list[:i], list[i+1:]
		} else {
			one, list = list, nil
		}
		if len(one) > len(name) && one[len(name)] == '=' && string(one[:len(name)]) == name {
			return one[len(name)+1:], true
		}
	}
	return nil, false
}

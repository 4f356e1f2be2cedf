package acl

import "weir/internal/tlsconf"

// certConvs name what OpenSSL numbers.
var certConvs = []conv{
	{"x509_v_err_str", "", Int, Str, convVerifyName, nil, "the name of a certificate verification's result; the number where there is none"},
}

func convVerifyName(c *Context, _ *args, s *Sample) bool {
	if s.Int < 0 || s.Int >= int64(len(tlsconf.VerifyNames)) {
		return intToStr(c, s)
	}
	return s.setStr(stringBytes(tlsconf.VerifyNames[s.Int]))
}

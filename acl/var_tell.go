package acl

// Tell is the type and the text of a variable of the process, by HAProxy's names; false where it is not set.
func (st *State) Tell(name string) (kind, text string, ok bool) {
	v := st.LookupVar(name)
	if v == nil || v.proc == nil {
		return "", "", false
	}
	s := v.proc.val.Load()
	if s == nil {
		return "", "", false
	}
	return s.kind(), string(appendSample(nil, s)), true
}

// kind is the sample's type by HAProxy's name.
func (s *Sample) kind() string {
	if s.Type != Addr {
		return peerType(s.Type)
	}
	if s.Addr.Is4() {
		return "ipv4"
	}
	return "ipv6"
}

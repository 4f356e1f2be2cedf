package acl

// PutEntry sets the value of a key in the map of a file; an empty value takes the key out. It is false where no expression uses the map,
// or it cannot take the key. It is for parts of Weir that tell rules something; rules themselves have set-map.
func (st *Store) PutEntry(file, key, value string) bool {
	l := st.fileList(file)
	switch {
	case l == nil || !l.pairs:
		return false
	case value == "":
		return l.del(key) == nil
	}
	return l.upsert(key, value) == nil
}

package logfmt

// AppendTCP appends the line of "option tcplog" (HAProxy manual, 8.2.2), without a line end.
func (f *Formatter) AppendTCP(dst []byte, r *Record) []byte {
	dst = f.appendStart(dst, r, r.Start)
	dst = append(appendInt(dst, r.Tw), '/')
	dst = append(appendInt(dst, r.Tc), '/')
	dst = append(appendGrowing(dst, r, r.Tt), ' ')
	dst = append(appendGrowing(dst, r, r.Bytes), ' ')
	dst = append(append(dst, r.State[:2]...), ' ')
	return appendCounts(dst, r, '/')
}

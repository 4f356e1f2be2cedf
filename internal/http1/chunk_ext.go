package http1

// Chunk extensions (RFC 9112, 7.1.1):
//
//	*( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )

// extClass is what an octet is to them.
type extClass uint8

const (
	extBad       extClass = iota // a control character
	extBlank                     // SP and HTAB
	extToken                     // of a token
	extQuote                     // "
	extBackslash                 // \
	extEquals
	extSemicolon
	extCR
	extText // what stands in a quoted-string only
	extClassCount
)

var extClasses = func() (t [256]extClass) {
	for b := range 256 {
		switch c := byte(b); {
		case c == ' ' || c == '\t':
			t[b] = extBlank
		case c == '"':
			t[b] = extQuote
		case c == '\\':
			t[b] = extBackslash
		case c == '=':
			t[b] = extEquals
		case c == ';':
			t[b] = extSemicolon
		case c == '\r':
			t[b] = extCR
		case lowerToken[c] != 0:
			t[b] = extToken
		case c > ' ' && c != 0x7f:
			t[b] = extText
		}
	}
	return t
}()

// extNext is the state after an octet, by the state before it; inSize, which none is followed by, is a mistake.
var extNext = [inExtValEnd + 1][extClassCount]chunkState{
	inExtStart:      {extBlank: inExtStart, extToken: inExtName},
	inExtName:       {extBlank: inExtNameEnd, extToken: inExtName, extEquals: inExtValStart, extSemicolon: inExtStart, extCR: inSizeLF},
	inExtNameEnd:    {extBlank: inExtNameEnd, extEquals: inExtValStart, extSemicolon: inExtStart},
	inExtValStart:   {extBlank: inExtValStart, extToken: inExtVal, extQuote: inExtQuoted},
	inExtVal:        {extBlank: inExtValEnd, extToken: inExtVal, extSemicolon: inExtStart, extCR: inSizeLF},
	inExtQuoted:     quotedNext(inExtQuotedEnd, inExtQuotedPair),
	inExtQuotedPair: quotedNext(inExtQuoted, inExtQuoted),
	inExtQuotedEnd:  {extBlank: inExtValEnd, extSemicolon: inExtStart, extCR: inSizeLF},
	inExtValEnd:     {extBlank: inExtValEnd, extSemicolon: inExtStart},
}

// quotedNext is a row of a quoted-string (RFC 9110, 5.6.4).
func quotedNext(quote, backslash chunkState) (row [extClassCount]chunkState) {
	for class := extBlank; class < extClassCount; class++ {
		row[class] = inExtQuoted
	}
	row[extCR], row[extQuote], row[extBackslash] = inSize, quote, backslash
	return row
}

package conf

// Draft is a section being read, for programs that rewrite a configuration line by line. The field of its kind is set; of a frontend,
// backend, listen and defaults section the first two.
type Draft struct {
	Proxy  *Proxy
	Server *Server // what its default-server lines say
	Global *Global
	Users  *Userlist
	Errors *HTTPErrors
	Store  *CrtStore
}

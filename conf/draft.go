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
	ACME   *ACME
	Mail   *Mailers
}

// Drafts are four sections that hold nothing but one line: the first is as a section begins, the next two have something else
// everywhere, and the last has the default-server lines before it, so that what a line sets to the value that it has anyway, or takes away,
// shows in one of them.
type Drafts [4]Draft

package stats

import (
	"context"
	"strings"
)

// ServerAdder adds and deletes servers at run time. An Admin may implement it.
type ServerAdder interface {
	// AddServer takes the words of a server line after the name. Its error is ErrNoBackend, or says what a person can act on.
	AddServer(ctx context.Context, backend, server string, args []string) error
	DeleteServer(ctx context.Context, backend, server string) error
}

func addDynamicCommands() {
	insertCommand(command{"add server", "<bk>/<srv> <addr> [opts]*", "add a server, in maintenance until it is enabled", LevelAdmin, true, addServer})
	insertCommand(command{"del server", "<bk>/<srv>", "delete a server that is in maintenance", LevelAdmin, true, delServer})
}

// names are the backend and the server of "backend/server".
func (c *call) names() (backend, server string, err error) {
	backend, server, ok := strings.Cut(c.arg(0), "/")
	if !ok || backend == "" || server == "" {
		c.bare = true
		return "", "", errNeedServer
	}
	return backend, server, nil
}

func addServer(c *call) error {
	backend, server, err := c.names()
	if err != nil {
		return err
	}
	a, ok := c.admin.(ServerAdder)
	if !ok {
		return errNoAdmin
	}
	if err := a.AddServer(c.ctx, backend, server, c.args[1:]); err != nil {
		c.bare = err == ErrNoBackend || err == ErrStaticBackend
		return err
	}
	c.tell(severityInfo, "New server registered.")
	return nil
}

func delServer(c *call) error {
	c.bare = true
	backend, server, err := c.names()
	if err != nil {
		return err
	}
	a, ok := c.admin.(ServerAdder)
	if !ok {
		return errNoAdmin
	}
	if err := a.DeleteServer(c.ctx, backend, server); err != nil {
		return err
	}
	c.tell(severityInfo, "Server deleted.")
	return nil
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	healthTimeout = 3 * time.Second
	maxHealthInfo = 64 << 10 // bytes read of "show info": a socket of something else may never end
)

func healthCommand() *command {
	return &command{
		name: "health", run: health, args: "[-s SOCKET | -u URL]", summary: "ask a running Weir whether it is well (for containers)",
		help: `
  -s SOCKET  a stats socket: a path, or address:port. It must answer "show info"
  -u URL     an http URL. It must answer with a status below 400

Without a flag the environment's WEIR_HEALTH says which: a URL or a socket. The exit code is 0 where it is well, 1 where not.`,
	}
}

func health(s *streams, args []string) int {
	set := flag.NewFlagSet("health", flag.ContinueOnError)
	socket := set.String("s", "", "")
	url := set.String("u", "", "")
	if code, ok := parse(s, healthCommand(), set, args); !ok {
		return code
	}
	if *socket == "" && *url == "" {
		if env := os.Getenv("WEIR_HEALTH"); strings.HasPrefix(env, "http://") || strings.HasPrefix(env, "https://") {
			*url = env
		} else {
			*socket = env
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	var err error
	switch {
	case *url != "":
		err = healthURL(ctx, *url)
	case *socket != "":
		err = healthSocket(ctx, *socket)
	default:
		fmt.Fprintln(s.err, "weir health: nothing to ask; want -s, -u or WEIR_HEALTH in the environment")
		return exitUsage
	}
	if err != nil {
		return fail(s, err)
	}
	return exitOK
}

func healthURL(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 400 {
		return fmt.Errorf("%s: %s", url, res.Status)
	}
	return nil
}

func healthSocket(ctx context.Context, socket string) error {
	network := "tcp"
	if strings.ContainsAny(socket, "/@") {
		network = "unix"
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "show info\n"); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(conn, maxHealthInfo))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", socket, err)
	}
	if !strings.HasPrefix(string(text), "Name:") {
		return fmt.Errorf("%s: got %.60q; want the answer to \"show info\"", socket, text)
	}
	if strings.Contains(string(text), "\nStopping: 1\n") {
		return fmt.Errorf("%s: it is stopping", socket)
	}
	return nil
}

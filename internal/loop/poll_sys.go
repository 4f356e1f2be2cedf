//go:build !amd64

package loop

import "golang.org/x/sys/unix"

// sysEpollWait is the call that every Linux has; newer architectures have no SYS_EPOLL_WAIT.
const sysEpollWait = unix.SYS_EPOLL_PWAIT

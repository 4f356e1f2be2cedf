package loop

import "syscall"

// sysEpollWait saves the kernel the look at a signal mask that SYS_EPOLL_PWAIT takes.
const sysEpollWait = syscall.SYS_EPOLL_WAIT

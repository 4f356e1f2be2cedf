//go:build !race && !weirdebug

package frontend

// debugged: something allocates that production does not have.
const debugged = false

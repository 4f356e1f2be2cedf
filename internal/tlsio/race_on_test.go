//go:build race

package tlsio

const raceEnabled = true

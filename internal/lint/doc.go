// Package lint holds the rules of this repository that a compiler does not check, as tests: which package may import
// which, one package comment each, file sizes, fuzz corpora, errors thrown away.
//
//	go test ./internal/lint
//
// It has no code that runs in the program. What vet and staticcheck find is left to them.
package lint

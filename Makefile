# make run, make test: everything else is for those who work on Weir. "make help" lists the targets.

GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
FUZZTIME ?= 10s
TESTTIME ?= 12m
SOAKTIME ?= 2m
# One version for everybody; go run fetches and caches it.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help run build test race shake allocs soak bench pgo lint fuzz docker clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## start the built-in example; it says what to open
	./bin/weir run

build: ## the static program, bin/weir
	CGO_ENABLED=0 $(GO) build -trimpath -pgo cmd/weir/weir.pgo -ldflags '$(LDFLAGS)' -o bin/weir ./cmd/weir

test: race allocs ## every test, with the race detector; then the allocation gates without it

# The race detector needs a C compiler; on a machine without one the tests run plain, except in CI.
RACE := $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)

# Those that take longest begin first, so that none of them is left to run alone at the end.
LONGEST := ./internal/e2e ./frontend

# Packages tested at once: a test plays clients, servers and the proxy at the same time, and keeps several processors busy by itself.
TESTJOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 1); echo $$(( n >= 8 ? n / 4 : 1 )))

# A process with the race detector sleeps for a second before it exits, so that a race of another goroutine is still told: the tests start
# hundreds of them.
export GORACE ?= atexit_sleep_ms=50

# "make lint" vets: another time, for the race detector's own build, would find the same.
# weirdebug asserts that nothing of a loop is touched by another goroutine, and overwrites buffers that are given back.
race:
	@[ -n "$(RACE)" ] || { echo 'no C compiler: the tests run without the race detector'; [ "$$CI" != true ]; }
	$(GO) build $(RACE) -tags weirdebug ./...
	$(GO) test $(RACE) -vet=off -tags weirdebug -timeout $(TESTTIME) -p $(TESTJOBS) $(LONGEST) ./...

# Whoever takes for granted what comes first is found out when loops wait at random (package loop, debug_on.go).
shake: ## the tests while event loops stumble at random, SHAKE=10ms at most: none may depend on an order of events
	WEIR_STUMBLE=$(or $(SHAKE),10ms) $(GO) test $(RACE) -vet=off -tags weirdebug -count 1 -timeout 0 -p $(TESTJOBS) $(LONGEST) ./...

# The race runtime allocates by itself, so the gates of the hot path are measured in a plain build.
allocs:
	$(GO) test -vet=off -run 'Alloc' -count 1 $$(grep -rlE --include='*_test.go' '^func Test[A-Za-z0-9_]*Alloc' . | xargs -n 1 dirname | sort -u)

# More than the default runs without go test's own limit.
soak: ## mixed load for SOAKTIME (2m) on a plain build: nothing may grow
	CI=true $(GO) test -run '^TestSoak$$' -count 1 -v $(if $(filter 2m,$(SOAKTIME)),,-timeout 0) ./internal/e2e -soak $(SOAKTIME)

bench: ## weir beside whichever of haproxy and nginx are installed
	$(GO) test -run '^$$' -bench . -benchtime 1s ./internal/... ./acl/... ./backend/...
	bench/run

pgo: ## load weir and write the profile that "make build" compiles by
	$(GO) run ./bench -profile cmd/weir/weir.pgo

lint: ## vet, gofmt, staticcheck and the repository's own rules
	$(GO) vet ./...
	$(GO) vet -tags weirdebug ./internal/loop
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt on these files'; exit 1; }
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -count 1 ./internal/lint

# Go's fuzzer can report "context deadline exceeded" where FUZZTIME ends, a race of its own (golang/go#75804): that alone,
# without a failing input, is no failure.
# The test program of each package is built once for all of its targets.
FUZZDIRS ?= $(shell grep -rlE --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u)

fuzz: ## each fuzz target for FUZZTIME (10s)
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; cache=$$($(GO) env GOCACHE)/fuzz; \
	for dir in $(FUZZDIRS); do \
	  pkg=$$($(GO) list "$$dir"); \
	  $(GO) test -c -fuzz . -o "$$tmp/test" "$$dir"; \
	  targets=$$(cd "$$dir" && "$$tmp/test" -test.list '^Fuzz'); \
	  for target in $$targets; do \
	    echo "$$pkg $$target"; \
	    if (cd "$$dir" && "$$tmp/test" -test.run '^$$' -test.fuzz "^$$target$$" -test.fuzztime $(FUZZTIME) -test.fuzzcachedir "$$cache/$$pkg") >"$$tmp/log" 2>&1; then tail -n 3 "$$tmp/log"; \
	    else \
	      cat "$$tmp/log"; \
	      if grep -q -i -e 'failing input' -e panic "$$tmp/log" || ! grep -q '^ *context deadline exceeded$$' "$$tmp/log"; then exit 1; fi; \
	    fi; \
	  done; \
	done

docker: ## the container image
	docker build -t weir .

clean: ## remove what was built
	rm -rf bin

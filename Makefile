# The two commands: `make demo` and `make test`. Both install what is missing.

SWIFT ?= swift
WORKER := .build/release/spool-worker
PROGRAMS := spool-worker spool-renderer spool-renderer-jpeg spool-sample spool-exercise
SPOOL ?= spool
# Colour on terminals alone would build everything anew each time that the output goes elsewhere.
SWIFT_FLAGS ?= --no-color-diagnostics
# Not the whole folder of an example: it has a build of its own.
SOURCES := Sources Tests Fuzz Package.swift $(wildcard Examples/*/Package.swift Examples/*/Sources Examples/*/Tests)

# vips.pc asks for -pthread, which SwiftPM refuses with a warning in every build; this copy of it does not ask.
PKG_CONFIG_FOLDER := $(CURDIR)/.build/pkgconfig
export PKG_CONFIG_PATH := $(PKG_CONFIG_FOLDER)$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

.PHONY: help build test lint format demo run gallery bench torture fuzz docs deb systemd-test clean dependencies

help:
	@echo 'make demo    run the main job end to end on ./spool  (IMAGE=path for your own picture)'
	@echo 'make test    run all tests'
	@echo 'make build   build $(WORKER), and its renderers beside it'
	@echo 'make run     serve ./spool until Ctrl-C              (SPOOL=dir for another)'
	@echo 'make gallery show every option, before and after, in .build/gallery.html'
	@echo 'make bench   compare with other tools                (BENCH="--photo FILE", MOVES="--backlog 0" and others)'
	@echo 'make torture kill it, cut its power, fill its disk  (TORTURE="--only sweep" and other options)'
	@echo 'make fuzz    read random bytes with all that reads untrusted files (FUZZ="--seconds 60 job")'
	@echo 'make docs    make the reference of the library SpoolCore, in .build/reference'
	@echo 'make deb     make a package for this Debian, in dist/'
	@echo 'make systemd-test  as root: install the package beside a systemd of its own, and try the service'
	@echo 'make lint    check the format of the sources         (make format mends it)'
	@echo 'make clean   remove everything that was built'

dependencies:
	@scripts/install-dependencies
	@mkdir -p $(PKG_CONFIG_FOLDER)
	@PKG_CONFIG_PATH= scripts/vips-pkg-config > $(PKG_CONFIG_FOLDER)/vips.pc

build: dependencies
	@for product in $(PROGRAMS); do \
	    $(SWIFT) build -c release --static-swift-stdlib $(SWIFT_FLAGS) --product $$product || exit; \
	done

test: dependencies
	@scripts/install-dependencies test
	@scripts/run-tests $(SWIFT) test $(SWIFT_FLAGS)

lint: dependencies
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	scripts/check-shell
	scripts/check-deploy

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

demo: build
	@scripts/demo $(WORKER) $(if $(IMAGE),'$(subst ','\'',$(IMAGE))')

run: build
	@$(WORKER) init $(SPOOL)
	@exec $(WORKER) run --spool $(SPOOL)

gallery: build
	@scripts/gallery $(WORKER) .build/gallery.html

bench: build
	Benchmarks/run --worker $(WORKER) $(BENCH)
	Benchmarks/outputs --worker $(WORKER) $(OUTPUTS)
	Benchmarks/moves --worker $(WORKER) $(MOVES)

torture: build
	Torture/run --worker $(WORKER) $(TORTURE)

fuzz: dependencies
	Fuzz/run $(FUZZ)

docs: dependencies
	@scripts/make-reference $(SWIFT_FLAGS)

deb: dependencies
	@scripts/install-dependencies deb
	scripts/make-deb

systemd-test: deb
	@scripts/install-dependencies other-debian
	scripts/systemd-test

clean:
	rm -rf .build dist

# `make demo` and `make test` need nothing but Swift: they install what else is missing, build in release, and run.
SWIFT ?= swift
export SWIFT
BUILD := .build/release

.PHONY: help demo test build lint format bench clean

help:
	@echo "make demo    train, pack, export and verify binary networks on the embedded digits (about a minute)"
	@echo "make test    every test, in release, the kernels for ARM included"
	@echo "make build   the command line tool: $(BUILD)/spinflip"
	@echo "make lint    swift format lint and the rules of the house"
	@echo "make bench   rates of kernels, inference, training and solvers"
	@echo "make clean   remove what was built"

build:
	@Scripts/setup.sh build
	Scripts/build.sh --product spinflip

demo: build
	$(BUILD)/spinflip demo --out out/demo

test:
	@Scripts/setup.sh test
	Scripts/build.sh --build-tests
	$(SWIFT) test -c release --skip-build
	Scripts/test-cross.sh

lint:
	Scripts/lint.sh

format:
	$(SWIFT) format -i -r Sources Tests Examples Package.swift

bench: build
	$(BUILD)/spinflip bench kernels
	$(BUILD)/spinflip bench inference
	$(BUILD)/spinflip bench training
	$(BUILD)/spinflip bench solvers

clean:
	rm -rf .build .build-* .build_* out

# Each target is one line that a person would type.
.PHONY: run demo test check conformance coverage bench docs release

# The server, with a database in ./data: http://127.0.0.1:8080
run:
	cargo run --bin forecourt -- serve

# The same, in front of a believable dealer group
demo:
	cargo run --bin forecourt -- demo
	cargo run --bin forecourt -- serve

# Everything, on SQLite and on PostgreSQL (TEST_POSTGRES_URL, or a throw-away server from installed binaries)
test:
	scripts/with-postgres scripts/test

# What needs no test run: format, lints, licences and advisories, unused dependencies, documents up to date
check:
	scripts/check

# Whether every answer fits the API document, asked by schemathesis as a stranger and with each role; needs python3
conformance:
	scripts/conformance

# Lines of the domain crates that tests run; fails below 95 %
coverage:
	scripts/with-postgres scripts/coverage

# Requests a second on 50,000 listings, on both databases; PEER=DIR takes the Django stack along
bench:
	scripts/with-postgres scripts/bench $(PEER)

# Writes the generated documents anew
docs:
	scripts/docs

# The program as it is deployed
release:
	cargo build --release --bin forecourt

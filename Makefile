# Everything from nothing, on Debian or Ubuntu with python3 (3.11 or newer), git and make.
#
#     make demo     the portal on http://127.0.0.1:8000 with demo cases (PORT= to change)
#     make test     all tests, the browser's included
#     make fuzz     hostile input to the form, random steps in casework, for minutes
#     make lint     code, templates, types, migrations, translations, settings
#     make load     1,000 applicants send in a round's last minute (APPLICANTS= SECONDS=)
#     make bench    the queue with 100 and with 100,000 cases (CASES= to change)
#     make lock     new versions in requirements*.txt
#     make clean    removes .venv and everything in var/, the demo's cases included

PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin
# Commands that read the settings and need neither a database nor secrets.
BUILD := BUILD=1 DATABASE_URL=postgresql:/// $(VENV)/python manage.py
DEPLOYED := DATABASE_URL=postgresql:/// ALLOWED_HOSTS=portal.example DEMO=0 DEBUG=0 \
	CLAMD=unix:/run/clamav/clamd.ctl \
	SITE_URL=https://portal.example CONTACT_EMAIL=kontakt@kommunen.example \
	DEFAULT_FROM_EMAIL=ikke-svar@kommunen.example SECRET_KEY=$$($(VENV)/python -c \
	'import secrets; print(secrets.token_urlsafe(50))') $(VENV)/python manage.py
COMPILE := $(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --output-file
export PYTHON PORT

.PHONY: help demo test fuzz lint load bench lock setup files clean

help:
	@sed -n 's/^#  *make/make/p' Makefile

demo:
	@tools/setup demo
	@exec $(VENV)/python -m omradesatsing.demo

test: setup files
	@tools/browser
	@exec $(VENV)/python -m pytest -n 2 --dist loadfile $(TESTS)

# The same as in the tests, but much more of it, and new each time.
fuzz: setup files
	@FUZZ=1 $(VENV)/python -m pytest tests/grants/test_fuzz.py \
		tests/grants/test_machine.py $(TESTS)

lint: setup
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/djlint templates omradesatsing --lint --quiet
	BUILD=1 $(VENV)/mypy
	$(VENV)/python manage.py makemigrations --check --dry-run
	$(BUILD) translations check
	$(DEPLOYED) check --deploy --fail-level WARNING

setup:
	@tools/setup dev

# What is built from the sources and not kept with them.
files: setup
	@$(BUILD) translations compile
	@$(BUILD) collectstatic --noinput --verbosity 0

load: setup
	@exec $(VENV)/python -W ignore tools/load.py \
		--applicants $(or $(APPLICANTS),1000) --seconds $(or $(SECONDS),60)

bench: setup
	@exec $(VENV)/python -W ignore tools/bench.py --cases $(or $(CASES),100000)

lock: setup
	$(COMPILE) requirements-uv.txt requirements-uv.in
	$(COMPILE) requirements.txt requirements.in
	$(COMPILE) requirements-demo.txt requirements-demo.in -c requirements.txt
	$(COMPILE) requirements-dev.txt requirements-dev.in -c requirements-demo.txt

clean:
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -r {} +
	find locale -name '*.mo' -delete

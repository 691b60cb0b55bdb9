"""Tests that take minutes: run by `make test-deep`."""

"""Scenarios: a site in virtual time, played against the production platform, and what came of it beside what was expected."""

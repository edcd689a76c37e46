"""Commissioning: what a device really says, judged against what its profile promises. Read-only."""

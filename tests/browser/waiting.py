"""How long the tests in a browser wait."""

PATIENCE = 40_000  # milliseconds: a busy machine is no reason to fail

"""Components that run in the browser, so that they respond instantly, and their Python wrappers."""

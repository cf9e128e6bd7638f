"""What must be instant: components that run in the browser, each with its Python wrapper."""

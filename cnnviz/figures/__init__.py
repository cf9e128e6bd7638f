"""Arrays to Vega-Lite charts that are drawn once, not live."""

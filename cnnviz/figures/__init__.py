"""Arrays to Plotly figures, for charts that do not stream.

A figure is a dictionary of `data` and `layout` that JSON can hold, as `Plotly.react` takes it.
Fonts, papers and grid lines are missing on purpose: `components/chart` adds those of the page.
"""

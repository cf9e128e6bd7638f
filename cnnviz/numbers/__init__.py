"""Numbers and people: how numbers are written for them, and how those they type are read.

`formatting` writes, `parsing` reads.
"""

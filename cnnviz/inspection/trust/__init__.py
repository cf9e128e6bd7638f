"""How far to trust a map of evidence: tests that a map can fail, and that can disagree.

- `cascade`: does the map change when what was learned is thrown away?
- `deletion_insertion`: does the answer change when the marked places are?
- `changes`: does the map follow when the picture changes a little?
- `boxes`: does the map say where the object is?
"""

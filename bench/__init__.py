"""How fast publisher is, as ratios: whole processes, run in turn with others that do the same job.

`python -m bench` runs every section; docs/bench.md tells what is measured and why so. Nothing here asserts a time.
"""

"""Faults on purpose: kills, failing calls, full disks, power cuts and damaged files, with counts.

Everything here looks at the program from outside: the real command line in processes of its own, and one
adapter function for reading a foreign file. `python tests/fault/run.py --help` has the modes.
"""

"""Measures the bank at scale, each figure beside a limit of the same run: `python -m benchmarks --samples 1000000`."""

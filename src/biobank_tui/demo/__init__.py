"""The demonstration bank, generated from a seed."""

from biobank_tui.demo.generating import generate, temporary_bank

__all__ = ["generate", "temporary_bank"]

"""A biobank in the terminal: samples, consent, freezers, projects and QR labels.

For scripts: `from biobank_tui import Bank`, then the functions of `biobank_tui.actions` and `biobank_tui.queries`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank

__version__ = "0.1.0"
__all__ = ["Bank", "__version__"]


def __getattr__(name: str) -> Any:
    # The store is imported when it is first asked for: `biobank --help` does without it.
    if name == "Bank":
        from biobank_tui.bank.bank import Bank

        return Bank
    raise AttributeError(name)

"""Widgets of the kit; they ask through small Protocols and do not know the bank."""

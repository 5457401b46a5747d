"""A biobank in the terminal: samples, consent, freezers, projects and QR labels."""

__version__ = "0.1.0"

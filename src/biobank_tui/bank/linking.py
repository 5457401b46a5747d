"""The key that turns a hospital's number into a link token; it is kept outside the bank."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from biobank_tui.rules.errors import Unreachable


def key_file(address: str) -> Path:
    """Where the key of a bank is kept: a file of the user's, named by the bank's address."""
    from platformdirs import user_config_path

    named = hashlib.sha256(address.encode()).hexdigest()[:16]
    return Path(os.environ.get("BIOBANK_KEYS") or user_config_path("biobank-tui") / "keys") / f"{named}.key"


def link_token(address: str, hospital_number: str) -> str:
    """HMAC-SHA256 (hex) of a hospital's number, spaces and case aside; the number itself goes no further."""
    folded = "".join(hospital_number.split()).upper()
    return hmac.new(_key(address), folded.encode(), hashlib.sha256).hexdigest()


def _key(address: str) -> bytes:
    path = key_file(address)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise Unreachable(
            "key.unwritable", "The link key {path} cannot be written: {detail}", path=str(path), detail=error.strerror
        ) from error
    return bytes.fromhex(path.read_text(encoding="ascii"))


def project_code(address: str, project: str, noun: str, number: int, attempt: int = 0) -> int:
    """The number a project's own code of a donor or sample is made of: keyed, the same each time, and telling nothing.

    attempt: counts up where a code is another's already. Below 2**45.
    """
    told = f"project\0{project}\0{noun}\0{number}\0{attempt}"
    return int.from_bytes(hmac.new(_key(address), told.encode(), hashlib.sha256).digest()[:8]) >> 19

"""The catalogues of words: taken from the source, translated, compiled. `make words` runs it; the wheel has no part."""

"""The screens, one `.py` with its `.tcss` beside it."""

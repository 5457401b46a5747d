"""What a user can do: one function per verb, one transaction and one ledger entry each."""

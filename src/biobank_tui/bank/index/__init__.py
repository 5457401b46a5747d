"""The samples' index: each column that is filtered or sorted by, coded small, in a file of its own beside the bank.

It holds nothing that the bank does not: the ledger says which samples an act touched, so it is brought up to any state
of the bank by reading those again, and made anew whenever it is gone. An answer is only taken from it when it stands
at the very entry that the reader's view of the bank ends with.
"""

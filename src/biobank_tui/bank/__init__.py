"""The open bank: engine, unit of work, ledger, migrations, counters, backup."""

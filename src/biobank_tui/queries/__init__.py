"""What a user can ask: reads that answer with frozen rows."""

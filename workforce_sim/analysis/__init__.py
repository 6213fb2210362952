"""Analysis: what the tables mean. Small pure functions on tidy frames; the warm-up is left out here."""

"""Results: raw arrays become tidy tables with a record of where they came from, and are saved whole or not at all."""

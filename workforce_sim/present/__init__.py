"""Present: what people see. One function, one figure; no numbers are computed here."""

"""Studies of many runs: what drives the answer, which plan meets a target, what did it, what fits local data."""

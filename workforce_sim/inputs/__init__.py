"""A scenario as arrays, and the luck of who is referred and who is found on the first day."""

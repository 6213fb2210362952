"""One replication: the workforce in SimPy, the clinic compiled, and the joint between them."""

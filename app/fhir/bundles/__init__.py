"""A Bundle that a client posts to the service base: a transaction, or a batch.

`reading.py` reads its entries, `transaction.py` stores all of them or none, `batch.py` answers each by itself.
"""

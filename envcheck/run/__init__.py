"""Carrying plans out: the executor (threads live here only), readiness, the ledger.

States what it needs of an engine as protocols; it does not know who fulfils them.
"""

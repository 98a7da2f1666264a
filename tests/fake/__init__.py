"""An engine in memory that keeps a real engine's rules, and a clock that costs no time.

`tests/contract` holds the fake and real engines to the same rules; the unit tests build on it.
"""

"""The test lab: real engines, registries and bare machines that leave nothing behind.

Each module gives one context manager; what it started is gone when the context ends, and what a
killed run left behind is cleared by the next one (see ``leases``).
"""

"""Measurements that are not tests: they print figures, and the README says how to run them."""

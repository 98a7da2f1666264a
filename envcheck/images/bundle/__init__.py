"""Bundles: a profile, what it is built from and its images, in one file (docs/bundle.md).

This room knows the format and nothing else. It reads and writes through open files that it is
given, and what it reads may come from anybody: nothing in it is believed before it was compared.
"""

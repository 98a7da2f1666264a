"""Snapshots: what is in the volumes of an instance, in one file (docs/snapshots.md)."""

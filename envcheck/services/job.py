"""A job, such as a migration: it runs to its end, and what counts is that it ends with 0.

It keeps no data of its own: what it writes outside of a volume that the profile names goes with its
container.
"""

from __future__ import annotations

from envcheck.services.kind import Kind

JOB = Kind(name="job", product="", job=True)

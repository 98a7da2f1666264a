"""envcheck: a project's development environment, set up, verified and removed.

The package is laid out in rooms; imports point downwards only:
cli > app > images > (engine | host | reporters) > (run | doctor) > services > core.
"""

__version__ = "0.1.0"

"""The command line: every user task in a few lines, and the one place that exits.

Another project gets all tasks by one import in its own `tasks.py`:

    from envcheck.cli.tasks import *
"""

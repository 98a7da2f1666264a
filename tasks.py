"""The tasks of this repository: the user tasks, and those of whoever works on envcheck."""


from envcheck.cli.tasks import *  # noqa: F403

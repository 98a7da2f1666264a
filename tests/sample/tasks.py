"""The tasks of this project: envcheck's, as `inv TASK`."""

from envcheck.cli.tasks import *  # noqa: F403

"""``python -m envcheck.cli``: Invoke on the tasks.py of this folder, as ``./inv`` runs it."""

from envcheck.cli.program import inv

inv()

"""``python -m envcheck.cli``: Invoke on the tasks.py of this folder, as ``./inv`` runs it."""

from envcheck.cli.start import inv

inv()

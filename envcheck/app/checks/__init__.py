"""The doctor's checks: each looks at one thing and returns a verdict; `table` lists them all.

A new check is one function and one line in the table.
"""

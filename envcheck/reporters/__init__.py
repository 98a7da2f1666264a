"""Listeners: the console, the JSON document and their like hear of each event and write of it.

They only listen: nothing here may act on the engine or the machine, ask a question, or have a say
in what happens next. One output, one file (the console, being the largest, is a package).
"""

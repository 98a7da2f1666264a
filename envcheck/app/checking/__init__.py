"""What `check` asks of a running instance: one file a subject.

Nothing here changes an instance, except for the proof that its data survives (`survival`), which
leaves it as it was. What an answer means is judged in `envcheck.run`.
"""

"""A project's first profile, from what its files say. Pure: texts come in, a text goes out."""

"""The services of profiles/notes.yaml for these tests."""

pytest_plugins = ["envcheck.pytest_plugin"]

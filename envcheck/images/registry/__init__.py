"""What a registry itself says of an image, asked by us and not through an engine.

The registry's HTTP API: https://distribution.github.io/distribution/spec/api/. Nothing is pulled.
"""

"""The catalogue of service kinds, one file each; nothing here knows Docker.

A probe talks to its service's published port as the service's real clients do, and to nothing else.
"""

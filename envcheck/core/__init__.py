"""The pure core: words, values and decisions. Frozen, no input or output, imports nothing above it."""

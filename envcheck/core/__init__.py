"""The pure core: words, values and decisions. Frozen, no input or output."""

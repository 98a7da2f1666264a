"""Where a pinned image comes from: already here, a registry, or a recipe."""

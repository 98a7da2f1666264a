"""The verbs, one file each; every one reads as the way through the house."""

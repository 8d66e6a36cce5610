"""Held-out items as hashes, and how they are known again in any text that a release would hold."""

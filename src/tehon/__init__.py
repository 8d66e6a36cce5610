"""tehon 手本: from existing task corpora to a conversational model, and an honest report on the way."""

__version__ = "0.1.0"

"""Models behind one protocol: load, score, generate; torch lives here and in tune."""

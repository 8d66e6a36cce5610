"""How results are written for people: words, Markdown and pages that stand alone."""

"""Raw corpora become a release."""

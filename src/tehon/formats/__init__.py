"""Raw formats, one a file; every byte is hostile until checked."""

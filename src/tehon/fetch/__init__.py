"""From the addresses where corpora are published to the raw folder: whole files, known by their digests."""

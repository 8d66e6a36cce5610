"""What lies on disk between stages: atomic files, manifests, shards, provenance."""

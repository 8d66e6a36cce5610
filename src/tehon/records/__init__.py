"""The values that flow from stage to stage, one file a stage; no I/O, no torch."""

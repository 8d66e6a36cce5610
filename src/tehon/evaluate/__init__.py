"""A model and a suite become scores."""

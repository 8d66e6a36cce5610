"""What is done with a finished release: it is exported, compared with another, pushed to a hub."""

"""The same examples in every run, and no clock: a shared machine must not make a law fail."""

from hypothesis import settings

settings.register_profile("tehon", deadline=None, derandomize=True)
settings.load_profile("tehon")

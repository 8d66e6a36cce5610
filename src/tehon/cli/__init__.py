"""The command line: one verb a file; arguments in, one stage called, result out."""

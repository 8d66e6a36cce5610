"""What NIILC-QA is published as: the source and the task read the same two files."""

from tehon.formats.github import Repository

UPSTREAM = Repository("mynlp/niilc-qa", "9830b116ceb11f55733d90c59789760c8297110c", branch="master")
DOWNLOADS = (
    UPSTREAM.download(
        "data/NIILC-ECQA2015_dev.xml",
        "983dcaeb9ef38ca45d1114e8b420fdd4b358e827c235b1bfb4fc5e50ca70caf3",
        size_bytes=874_651,
    ),
    UPSTREAM.download("data/NIILC-ECQA2015_test.xml"),
)
"""The questions for development, and those for the test."""

"""`tehon serve …` as a document shows it, looked at once and ended."""

import sys

import httpx
from served_pages import serving

with serving(*sys.argv[2:]) as server:
    httpx.get(server.url, follow_redirects=True, timeout=30).raise_for_status()

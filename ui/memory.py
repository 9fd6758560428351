"""Uploads stay in memory: the server's parser would write those above a megabyte unencrypted to a temporary file."""

from starlette.formparsers import MultiPartParser

LARGEST = 64 * 2**20  # more than server.maxUploadSize lets through


def keep_uploads_in_memory() -> None:
    """From now on no upload is written to a file."""
    MultiPartParser.spool_max_size = LARGEST

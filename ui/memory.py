"""The server's memory: uploads stay in it, and what was imported at the start is not looked through after every page.

The server's parser would write uploads above a megabyte unencrypted to a temporary file.
"""

import gc

from starlette.formparsers import MultiPartParser

LARGEST = 64 * 2**20  # more than server.maxUploadSize lets through


def keep_uploads_in_memory() -> None:
    """From now on no upload is written to a file."""
    MultiPartParser.spool_max_size = LARGEST


def spare_what_stays() -> None:
    """From now on the collection of garbage that follows every page leaves out the modules, which never are garbage."""
    gc.collect()
    gc.freeze()

"""The keys of the vault and of frames: each is made once and kept in a file or the environment, never in the store."""

import base64
import binascii
import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256, sha512
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.store.aside import write_new
from words import Fault

KEY_VARIABLE, FILE_VARIABLE = "RANKSHIFT_KEY", "RANKSHIFT_KEY_FILE"
FRAME_VARIABLE, FRAME_FILE_VARIABLE = "RANKSHIFT_FRAME_KEY", "RANKSHIFT_FRAME_KEY_FILE"
SIZE = 64  # bytes
OTHERS = stat.S_IRWXG | stat.S_IRWXO
NEXT = ".next"  # suffix of the file with the new key, beside the one in use, while keys are changed


@dataclass(frozen=True)
class Key:
    """A secret of 64 bytes, and the keys that HKDF-SHA256 derives from it; only its fingerprint is ever shown.

    public: anybody can make it, because nobody is behind the units of its list (`public_key`)
    """

    secret: bytes = field(repr=False)
    public: bool = False

    def derived(self, purpose: str, length: int) -> bytes:
        """The key for one purpose, of `length` bytes: HKDF (RFC 5869) with the purpose as info."""
        return HKDF(SHA256(), length, salt=None, info=f"rankshift {purpose}".encode()).derive(self.secret)

    @property
    def fingerprint(self) -> str:
        """A text by which keys are told apart, and which reveals nothing about them."""
        return self.derived("fingerprint", 8).hex()

    @cached_property
    def cipher(self) -> AESSIV:
        """AES-SIV (RFC 5297) with two keys of 256 bits."""
        return AESSIV(self.derived("fields", 64))

    @cached_property
    def seeds(self) -> AESSIV:
        """AES-SIV for the seeds of draws, from the approval of a sample plan to its draw."""
        return AESSIV(self.derived("seeds", 64))

    def look_up(self, text: str) -> bytes:
        """HMAC-SHA256 of a text: always the same for the same text, and meaningless without the key."""
        return hmac.digest(self._look_up_key, text.encode(), sha256)

    @cached_property
    def _look_up_key(self) -> bytes:
        return self.derived("look-up", 32)


def key_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file of the vault's key: RANKSHIFT_KEY_FILE, else .rankshift/key in the user's home, not beside the store."""
    path = environment.get(FILE_VARIABLE)
    return Path(path) if path else Path.home() / ".rankshift" / "key"


def frame_key_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file of the frame key: RANKSHIFT_FRAME_KEY_FILE, else .rankshift/frame_key in the user's home."""
    path = environment.get(FRAME_FILE_VARIABLE)
    return Path(path) if path else Path.home() / ".rankshift" / "frame_key"


def find_frame_key(environment: Mapping[str, str] = os.environ) -> Key:
    """The frame key, for permanent random numbers and seeds; never changed, since every number would change with it."""
    if text := environment.get(FRAME_VARIABLE):
        return _decoded(text.encode(), FRAME_VARIABLE)
    try:
        return read_key(frame_key_file(environment))
    except Fault as fault:
        if fault.key != "key.absent":
            raise
        raise Fault(key="key.frame_absent", file=fault.values["file"], variable=FRAME_VARIABLE) from fault


def public_key(programme: str) -> Key:
    """The frame key of a simulated survey's made-up list: it follows from the survey's name and is no secret.

    The 6 was chosen: with it the demonstration finds what it plants in its newest quarters (decision 425).
    """
    return Key(sha512(f"rankshift: list of the simulated survey {programme}, 6".encode()).digest(), public=True)


def new_key(file: Path) -> Key:
    """A new key, written to a new file that only its owner may read; a Fault if the file exists."""
    key = Key(secrets.token_bytes(SIZE))
    write_key(key, file)
    return key


def write_key(key: Key, file: Path) -> None:
    """Write a key to a new file of mode 0600, which is on the disk when this returns."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(file, base64.b64encode(key.secret) + b"\n")
    except FileExistsError as error:
        raise Fault(key="key.exists", file=str(file)) from error
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error


def find_key(environment: Mapping[str, str] = os.environ) -> Key:
    """The vault's key, from RANKSHIFT_KEY or else its file; if there is none, a Fault says what to do."""
    if text := environment.get(KEY_VARIABLE):
        return _decoded(text.encode(), KEY_VARIABLE)
    return read_key(key_file(environment))


def read_key(file: Path) -> Key:
    """The key in a file; a Fault if other users may read the file."""
    try:
        if os.name == "posix" and file.stat().st_mode & OTHERS:
            raise Fault(key="key.readable", file=str(file), mode=oct(stat.S_IMODE(file.stat().st_mode)))
        return _decoded(file.read_bytes(), str(file))
    except FileNotFoundError as error:
        raise Fault(key="key.absent", file=str(file), variable=KEY_VARIABLE) from error
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error


def next_file(file: Path) -> Path:
    """The file of the new key while keys are being changed."""
    return file.with_name(file.name + NEXT)


def _decoded(text: bytes, where: str) -> Key:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise Fault(key="key.broken", where=where, expected=SIZE) from error
    if len(secret) != SIZE:
        raise Fault(key="key.broken", where=where, expected=SIZE)
    return Key(secret)

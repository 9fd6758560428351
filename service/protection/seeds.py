"""The seed of a draw, encrypted under the frame key from the commitment until the draw publishes it."""

import base64
import json
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from sampling import commitment
from service.protection.keys import Key
from words import Fault

BYTES = 32


def new_seed() -> str:
    """A random seed of 64 hexadecimal digits."""
    return secrets.token_hex(BYTES)


def wave_seed(key: Key, place: Sequence[str]) -> str:
    """The seed of a draw at this place: random, but of the public key of a made-up list it follows from key and place.

    So a simulated survey draws the same people wherever it is played.
    """
    return key.derived(f"seed {json.dumps(list(place))}", BYTES).hex() if key.public else new_seed()


def sealed_seed(seed: str, key: Key, place: Sequence[str]) -> bytes:
    """The seed's ciphertext; place: the draw that it belongs to, without which it cannot be decrypted."""
    return key.seeds.encrypt(seed.encode(), [part.encode() for part in place])


def opened_seed(sealed: bytes | str, key: Key, place: Sequence[str], *, wave: str, committed: str) -> str:
    """The seed, decrypted; sealed: its ciphertext, or as a str the ciphertext in base64, as files have it.

    A Fault for another key, another place or a changed ciphertext, and for a seed that was not committed to.
    """
    try:
        ciphertext = base64.b64decode(sealed) if isinstance(sealed, str) else sealed
        seed = key.seeds.decrypt(ciphertext, [part.encode() for part in place]).decode()
    except (InvalidTag, ValueError) as error:
        raise Fault(key="sample.seed_sealed", wave=wave, fingerprint=key.fingerprint) from error
    if commitment(seed) != committed:
        raise Fault(key="sample.seed_changed", wave=wave)
    return seed

"""The vault's key: a file only its owner may read, or the environment; derived keys as RFC 5869 says."""

import hashlib
import hmac
import os
import stat

import pytest
from made_up import BOTH

from service.protection import keys
from words import Fault

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


def fault(do, *arguments) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


def test_a_new_key_lies_in_a_file_of_mode_0600_and_is_read_back(tmp_path):
    file = tmp_path / "own" / "key"
    key = keys.new_key(file)
    assert keys.read_key(file) == key and len(key.secret) == keys.SIZE
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert fault(keys.new_key, file).key == "key.exists"
    assert keys.read_key(file) == key


@posix
def test_a_key_that_others_may_read_is_not_used(tmp_path):
    file = tmp_path / "key"
    keys.new_key(file)
    file.chmod(0o640)
    assert fault(keys.read_key, file).key == "key.readable"


def test_the_environment_gives_the_key_or_its_file(tmp_path):
    file = tmp_path / "key"
    key = keys.new_key(file)
    assert keys.find_key({keys.FILE_VARIABLE: str(file)}) == key
    assert keys.find_key({keys.KEY_VARIABLE: file.read_text()}) == key
    assert fault(keys.find_key, {keys.FILE_VARIABLE: str(tmp_path / "none")}).key == "key.absent"
    for broken in ("x", "eHg=", "not base64!"):
        assert fault(keys.find_key, {keys.KEY_VARIABLE: broken}).key == "key.broken"


def test_a_key_is_never_shown(tmp_path):
    key = keys.new_key(tmp_path / "key")
    assert repr(key) == "Key(public=False)" and str(key.secret) not in str(vars(key)["secret"].hex())


def test_derived_keys_are_those_of_rfc_5869_written_out(tmp_path):
    key = keys.new_key(tmp_path / "key")
    extracted = hmac.digest(bytes(32), key.secret, hashlib.sha256)
    expanded, block = b"", b""
    for k in (1, 2):
        block = hmac.digest(extracted, block + b"rankshift fields" + bytes([k]), hashlib.sha256)
        expanded += block
    assert key.derived("fields", 64) == expanded
    assert key.derived("look-up", 32) != key.derived("fields", 32)
    assert key.look_up("1") == hmac.digest(key.derived("look-up", 32), b"1", "sha256")

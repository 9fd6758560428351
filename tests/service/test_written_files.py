"""How files are written: aside, brought to the disk, renamed; and never over a store, a key or a list of heads."""

import ast
import base64
from pathlib import Path

import pytest

import service.store.aside as aside
from service.protection import keys
from service.store.audit import BEGINNING
from words import Fault

ROOT = Path(__file__).parents[2]
PRODUCT = ("service", "commands", "ui", "presentation", "programme", "app.py")
# what may write a file itself, and why; all others call service.store.aside
WRITERS = {
    "service/store/aside.py": "the function that the others call",
    "service/store/audit.py": "heads are appended, so that processes need not wait for each other",
    "service/store/engine.py": "makes an empty store with its rights; SQLite writes it",
    "service/samples/uploaded_proof.py": "a folder that is gone when this ends",
    "service/samples/roll_file.py": "a folder that is gone when this ends",
    "service/drawing/lake.py": "writes the parts of a frame, which aside then names",
    "service/store/objects.py": "Parquet in memory",
    "service/store/migrations/versions/columns.py": "Parquet in memory",
    "service/files/write.py": "a workbook in memory",
    "service/samples/proof_files.py": "a ZIP in memory",
    "service/bulletins/sealed.py": "a Word file or slides in memory",
}
NAMES = {
    "write_text",
    "write_bytes",
    "to_parquet",
    "to_excel",
    "ExcelWriter",
    "ParquetWriter",
    "write_table",
    "ZipFile",
}
NAMES |= {"rename", "replace", "NamedTemporaryFile", "mkstemp", "copyfile", "copy2", "copytree"}


def writes(code: ast.AST) -> bool:
    """Whether code opens a file to write, or calls what writes one."""
    for call in (node for node in ast.walk(code) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        of_os = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("os", "shutil")
        said = [value.value for value in ast.walk(call) if isinstance(value, ast.Constant)]
        modes = [text for text in said if isinstance(text, str) and 0 < len(text) < 4 and not text.strip("rwaxb+t")]
        if name == "open" and any(set(mode) & set("wax+") for mode in modes):
            return True
        if name == "open" and of_os:
            return True
        of_files = of_os or name not in ("rename", "replace")
        if name in NAMES and of_files and (name != "ZipFile" or "w" in said):
            return True
        if name == "to_csv" and call.args:
            return True
    return False


def test_every_file_is_written_by_one_function():
    files = [f for room in PRODUCT for f in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))]
    found = {f.relative_to(ROOT).as_posix() for f in files if writes(ast.parse(f.read_text("utf-8")))}
    assert len(files) > 100 and "service/store/aside.py" in found
    assert found - set(WRITERS) == set()
    assert set(WRITERS) - found == set()


def test_what_ends_before_the_new_name_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    file = tmp_path / "league.csv"
    aside.write_over(file, b"old")
    for step in ("synced", "moved"):
        with monkeypatch.context() as patched:
            patched.setattr(aside, step, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                aside.write_over(file, b"new")
            with pytest.raises(ZeroDivisionError):
                aside.write_new(tmp_path / "sheet.csv", b"new") if step == "synced" else 1 / 0
        assert file.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [file]
    aside.write_over(file, b"new")
    assert file.read_bytes() == b"new"


def test_a_new_file_is_its_owner_s_alone_and_never_in_the_place_of_another(tmp_path):
    file = tmp_path / "sheet.csv"
    aside.write_new(file, b"mine")
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        aside.write_new(file, b"yours")
    assert file.read_bytes() == b"mine" and list(tmp_path.iterdir()) == [file]


def test_without_links_a_new_file_still_takes_no_other_s_name(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(aside.os, "link", no_links)
    test_a_new_file_is_its_owner_s_alone_and_never_in_the_place_of_another(tmp_path)


def test_no_table_is_written_over_a_store_a_backup_a_key_or_heads(tmp_path, rankshift):
    store, key = tmp_path / "store.csv", tmp_path / "key.csv"
    assert rankshift("init", "--store", store).code == 0
    assert rankshift("backup", tmp_path / "backup.xlsx", "--store", store).code == 0
    keys.write_key(keys.Key(bytes(range(64))), key)
    heads = tmp_path / "heads.csv"
    heads.write_text(f"12:{BEGINNING}\n13:ha", "ascii")
    for file in (store, tmp_path / "store.csv.head", tmp_path / "backup.xlsx", key, heads):
        before = file.read_bytes()
        with pytest.raises(Fault) as caught:
            aside.write_over(file, b"a,b")
        assert caught.value.key == "file.precious" and file.read_bytes() == before
    for ordinary in (b"", b"area,rank\n01,2\n", base64.b64encode(b"short"), b"12:5f\n", "号".encode()):
        (tmp_path / "any").write_bytes(ordinary)
        aside.write_over(tmp_path / "any", b"a,b")

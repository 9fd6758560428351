"""The files for a server of one's own (Dockerfile, systemd, nginx) name what there is, and agree with one another."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

from reference.commands import program, sub_commands
from ui.uploads import BOUNDS

ROOT = Path(__file__).parents[1]
DOCKERFILE, SERVICE, NGINX = (
    (ROOT / name).read_text("utf-8") for name in ("Dockerfile", "deploy/rankshift.service", "deploy/nginx.conf")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]
PORT = "8501"


def instructions() -> list[tuple[str, str]]:
    return re.findall(r"^([A-Z]+) (.+)$", DOCKERFILE, re.MULTILINE)


def test_every_command_that_the_files_start_exists_with_its_options():
    with program("en") as group:
        options = {path: {o for x in c.command.params for o in x.opts} for path, c in sub_commands(group)}
    (exec_start,) = re.findall(r"^ExecStart=(\S+) (.*)$", SERVICE, re.MULTILINE)
    assert exec_start[0].endswith("/.venv/bin/rankshift") and "rankshift" in PROJECT["scripts"]
    (command,) = (rest for name, rest in instructions() if name == "CMD")
    started = [f"rankshift {exec_start[1]}", *re.findall(r"rankshift [a-z][^&\"]*", command)]
    named = re.findall(r"`(rankshift [^`]+)`", SERVICE) + re.findall(
        r"rankshift (rankshift load .*)$", DOCKERFILE, re.M
    )
    assert len(started) == 3 and len(named) == 3
    for line in [*started, *named]:
        path = max((p for p in options if f"{line} ".startswith(f"{p} ")), key=len, default=None)
        assert path not in (None, "rankshift"), line
        assert set(re.findall(r"--[a-z-]+", line)) <= options[path], line


def test_the_image_has_all_that_is_installed_and_nothing_private():
    kinds = [name for name, _ in instructions()]
    assert kinds.index("USER") < kinds.index("CMD") and "USER root" not in DOCKERFILE
    (base,) = (rest for name, rest in instructions() if name == "ARG")
    assert SpecifierSet(PROJECT["requires-python"]).contains(re.fullmatch(r"BASE=python:([\d.]+)-slim", base)[1])
    assert ("FROM", "${BASE}") in instructions()
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", ".venv", "**/*.db*"} <= set(ignored)  # stores and heads, in folders below too
    assert not [line for line in ignored if line.strip("/").split("/")[0] in ("data", ".streamlit", "words", "ui")]


def test_the_script_that_tries_the_image_is_shell_and_runs_the_image_s_own_command():
    script = ROOT / "deploy" / "try_image.sh"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    text = script.read_text("utf-8")
    assert ".Docker.Config.Cmd" in text and f"http://127.0.0.1:{PORT}/" in text and "git -C" in text
    assert re.findall(r"inside (rankshift load .*)$", text, re.M) == re.findall(
        r"rankshift (rankshift load .*)$", DOCKERFILE, re.M
    )


def test_all_of_them_speak_of_the_same_port_and_the_same_largest_file():
    assert f"--port {PORT}" in SERVICE and f"--port {PORT}" in DOCKERFILE and f"EXPOSE {PORT}" in DOCKERFILE
    assert re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+);", NGINX) == [PORT]
    (largest,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert SETTINGS["maxUploadSize"] < int(largest) < min(BOUNDS.values())


def test_the_proxy_passes_on_what_websockets_and_the_gate_need():
    headers = dict(re.findall(r"proxy_set_header (\S+)\s+(\S+);", NGINX))
    assert headers["Host"] == "$http_host" and headers["Upgrade"] == "$http_upgrade"
    assert headers["Connection"] == "$connection_upgrade" and "proxy_http_version 1.1;" in NGINX
    assert SETTINGS["address"] == "127.0.0.1"  # nobody comes past the proxy


def test_systemd_finds_nothing_wrong_but_the_program_that_is_not_installed_here(tmp_path):
    if shutil.which("systemd-analyze") is None:
        return
    unit = tmp_path / "rankshift.service"
    unit.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={shutil.which('true')}", SERVICE), "utf-8")
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")

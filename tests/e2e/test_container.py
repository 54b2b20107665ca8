"""The container's entry point and health check, run as its user over a tree that is read-only.

No container engine runs here: a mount namespace with a read-only root and the image's user, variables and words stands
in for it. The hosted workflow builds the image itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.missing import program
from tests.structure.test_deploy import LAST, only
from tests.structure.test_structure import ROOT

DRIVER = """
import json, os, subprocess, sys
base, words, check = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
written = []
for path in ("/etc/probe", "/tmp/probe", base + "/path0/routerd/probe", base + "/probe", base + "/data/probe"):
    try:
        open(path, "w").close()
        written.append(path.removeprefix(base))
    except OSError:
        pass
def ran():
    return subprocess.run([sys.executable, "-m", *check], capture_output=True, text=True)
before = ran()
serving = subprocess.Popen([sys.executable, "-m", "routerd", *words], stderr=subprocess.PIPE, text=True)
said = serving.stderr.readline()
during = ran()
serving.terminate()
said += serving.stderr.read()
serving.wait()
print(json.dumps({"uid": os.getuid(), "written": written, "said": said, "ended": serving.returncode,
                  "health": [before.returncode, during.returncode], "told": before.stderr + during.stderr}))
"""

READ_ONLY = """
set -eu
base=$1; uid=$2; shift 2
mount --make-rprivate /
number=0
while [ "$1" != -- ]; do
  mount --bind "$1" "$base/path$number"; mount -o remount,bind,ro "$base/path$number"
  number=$((number + 1)); shift
done
shift
mount -t tmpfs -o "mode=0700,uid=$uid,gid=$uid" tmpfs "$base/data"
mount -o remount,bind,ro /
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all --no-new-privs "$@"
"""


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that every user may enter, with a place for each folder that Python imports from."""
    folder = Path(tempfile.mkdtemp(prefix="routerd-container-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_it_serves_as_its_own_user_over_a_read_only_tree_and_says_whether_it_is_well(base: Path) -> None:
    unshare, _ = program("unshare", "util-linux"), program("setpriv", "util-linux")
    if subprocess.run([unshare, "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespace can be made here: not root, or in a container without that right")
    # The interpreter and its libraries may be in the home of a user who lets nobody in, so that they are bound too.
    imported = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    bound = [*imported, sys.base_prefix]
    python = base / f"path{len(imported)}" / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    for number in range(len(bound)):
        (base / f"path{number}").mkdir()
    (base / "data").mkdir()
    (base / "config.toml").write_text("[http]\nmetrics = true\n", "utf-8")
    (base / "driver.py").write_text(DRIVER, "utf-8")
    uid = only("USER").partition(":")[0]
    named = dict(rest.split("=", 1) for name, rest in LAST if name == "ENV")
    folders = {key: str(base / "data") for key in named if named[key] == only("VOLUME")}
    assert set(folders) == {"HOME", "XDG_DATA_HOME"}
    environ = {
        **named,
        **folders,
        "PATH": os.defpath,
        "LD_LIBRARY_PATH": str(python.parent.parent / "lib"),
        "PYTHONPATH": ":".join(str(base / f"path{number}") for number in range(len(imported))),
        "ROUTERD_CONFIG": str(base / "config.toml"),
    }
    words = [one.replace(":4310", ":0") for one in json.loads(only("CMD"))]
    check = only("HEALTHCHECK")
    done = subprocess.run(
        [
            *(unshare, "--mount", "bash", "-c", READ_ONLY, "bash", str(base), uid, *bound, "--"),
            *(str(python), str(base / "driver.py"), str(base)),
            *(json.dumps(words), check[check.index("[") :]),
        ],
        cwd="/",
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["uid"] == int(uid)
    assert found["written"] == ["/data/probe"], "nothing else can be written to"
    assert "listens on http://0.0.0.0:" in found["said"]
    assert "Other machines can connect" in found["said"]
    assert "Traceback" not in found["said"]
    assert found["health"] == [1, 0], found["told"]
    assert found["ended"] == 0

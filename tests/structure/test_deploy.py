"""The container files keep what they promise: no registry host, no root user, no writable root, a health check."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from routerd.adapters.config.schema import entry_at
from tests.structure.test_structure import ROOT

DEPLOY = ROOT / "routerd" / "data" / "deploy"
IMAGE = re.compile(r"[a-z][a-z0-9-]*:[a-z0-9][a-z0-9.-]*")
"""A name and a tag, and no host or path before it."""


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Containerfile in order, without comments."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(one for one in text.splitlines() if not one.startswith("#")))
    found = [line.split(" ", 1) for line in joined.splitlines() if line.strip()]
    return [(name, rest) for name, rest in found]


CONTAINERFILE = instructions((DEPLOY / "Containerfile").read_text("utf-8"))
LAST = CONTAINERFILE[max(number for number, (name, _) in enumerate(CONTAINERFILE) if name == "FROM") :]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def only(name: str) -> str:
    (found,) = [rest for one, rest in LAST if one == name]
    return found


def test_images_are_named_by_name_and_tag_without_a_registry_host() -> None:
    bases = [rest.split(" ")[0] for name, rest in CONTAINERFILE if name == "FROM"]
    images = [service["image"] for service in COMPOSE["services"].values()]
    assert len(bases) == 2
    assert all(IMAGE.fullmatch(one) for one in (*bases, *images)), (bases, images)


def test_the_gateway_runs_as_nobody_special_and_writes_in_one_folder() -> None:
    uid, _, gid = only("USER").partition(":")
    assert int(uid) >= 1000
    assert uid == gid
    assert only("VOLUME") == "/var/lib/routerd"
    variables = dict(rest.split("=", 1) for name, rest in LAST if name == "ENV")
    assert variables["HOME"] == variables["XDG_DATA_HOME"] == "/var/lib/routerd"
    assert only("USER") == COMPOSE["services"]["gateway"]["user"]
    order = [name for name, _ in LAST]
    assert order.index("USER") > max(number for number, name in enumerate(order) if name in ("RUN", "COPY"))


def test_the_health_check_is_the_program_itself() -> None:
    check = only("HEALTHCHECK")
    assert json.loads(check[check.index("[") :]) == ["routerd", "http", "health"]
    assert json.loads(only("ENTRYPOINT")) == ["routerd"]
    words = json.loads(only("CMD"))
    assert words[:2] == ["serve", "--http"]
    assert "--allow-remote" in words, "every address is other machines' too"


def test_compose_gives_the_gateways_nothing_that_they_do_not_need() -> None:
    gateway = COMPOSE["services"]["gateway"]
    assert gateway["read_only"] is True
    assert gateway["cap_drop"] == ["ALL"]
    assert gateway["security_opt"] == ["no-new-privileges:true"]
    assert gateway["deploy"]["replicas"] == 2
    assert "ports" not in gateway
    assert "ports" not in COMPOSE["services"]["db"]
    assert all(one.startswith("127.0.0.1:") for one in COMPOSE["services"]["balancer"]["ports"])
    assert gateway["depends_on"]["db"]["condition"] == "service_healthy"
    written = json.dumps(COMPOSE)
    secrets = re.findall(r'"([A-Z_]*(?:PASSWORD|KEY))": "([^"]*)"', written)
    assert secrets
    assert all(value.startswith("${") for _, value in secrets), "no secret stands in the file"


def test_the_files_that_compose_mounts_are_there_and_the_configuration_is_one() -> None:
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            if volume.startswith("./"):
                assert (DEPLOY / volume.partition(":")[0]).is_file(), volume
    settings = tomllib.loads((DEPLOY / "config.toml").read_text("utf-8"))
    named = [(table, key) for table, keys in settings.items() for key in keys]
    assert all(entry_at(path) for path in named), named
    ports = [str(one).rpartition(":")[2] for one in COMPOSE["services"]["balancer"]["ports"]]
    assert {host.rpartition(":")[2] for host in settings["http"]["hosts"]} == set(ports)


def test_the_workflow_builds_the_image_and_starts_the_example() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["container"]["steps"]]
    assert any("docker build --file routerd/data/deploy/Containerfile" in step for step in steps)
    assert any("--read-only" in step for step in steps)
    assert any("compose.yaml up" in step for step in steps)

"""A Maven project of two modules, with the plugins and libraries of Debian's own repository: no network is needed."""

from __future__ import annotations

from pathlib import Path

from tests.missing import missing

REPOSITORY = Path("/usr/share/maven-repo")
PLUGINS = ("maven-resources-plugin", "maven-compiler-plugin", "maven-surefire-plugin")
COMMAND = ("mvn", "-o", "-B", f"-Dmaven.repo.local={REPOSITORY}", "test")

_ALL = """<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId><artifactId>all</artifactId><version>1</version><packaging>pom</packaging>
  <modules><module>core</module></modules>
</project>
"""
_CORE = """<project>
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>shop</groupId><artifactId>all</artifactId><version>1</version></parent>
  <artifactId>core</artifactId>
  <properties>
    <maven.compiler.source>11</maven.compiler.source>
    <maven.compiler.target>11</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId>
      <version>{jupiter}</version><scope>test</scope>
    </dependency>
  </dependencies>
  <build><plugins>{plugins}</plugins></build>
</project>
"""


def project() -> dict[str, str]:
    """The files of the project, at the versions that Debian has here; the test is skipped where it has none."""
    versions = {name: _version("org/apache/maven/plugins", name) for name in PLUGINS}
    plugins = "".join(
        f"<plugin><artifactId>{name}</artifactId><version>{version}</version></plugin>"
        for name, version in versions.items()
    )
    core = _CORE.format(jupiter=_version("org/junit/jupiter", "junit-jupiter"), plugins=plugins)
    return {"pom.xml": _ALL, "core/pom.xml": core}


def _version(group: str, artifact: str) -> str:
    """The newest one that is an archive, and no mere reference to another."""
    folder = REPOSITORY / group / artifact
    found = [path.name for path in folder.glob("*") if any(path.glob("*.jar"))]
    if not found:
        missing(f"there is no {artifact} here: install Debian's maven, junit5 and libsurefire-java")
    return max(found, key=lambda name: [int(part) if part.isdigit() else -1 for part in name.split(".")])

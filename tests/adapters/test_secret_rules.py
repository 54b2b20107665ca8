"""Secrets are found by their shape wherever they stand, and nothing is found in what only looks like one."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.secret_rules import SecretRules
from tests.property_tests import example_count
from tests.secret_shapes import kernel, shapes

FRAMES = (
    "{}",
    "x = {}\n",
    "TOKEN={}\n",
    "key: {}\n",
    '  "a": "{}",\n',
    "const k = `{}`;",
    "# {}\n",
    "f('{}')",
    "({}, 1)",
)
RULES = SecretRules()

INNOCENT = (
    *("password = os.environ['DATABASE_PASSWORD']", "token = secrets.token_urlsafe(32)", "api_key = config.api_key"),
    *(
        "api_key: str | None = None",
        'password = "password"',
        'SECRET_KEY = "change-me-please"',
        "const key = process.env.KEY",
    ),
    *("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", 'MARK = b"-----BEGIN RSA PRIVATE KEY-----"'),
    *("AKIAIOSFODNN7EXAMPLE", "https://user:password@example.com/", "postgres://user:${PASSWORD}@host/db"),
    *("3f786850e387550fdab836ed7e6dc881de23001b", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    *("sk-learn", "key-value", "git@github.com:a/b.git", "eyJhbGciOiJIUzI1NiJ9", "hf_hub_download", "pattern.match"),
    *('password = "${DATABASE_PASSWORD2}"', 'password="%(password1)s-and-more"', "SECRET=$(openssl rand -hex 32)"),
    *("API_KEY=$MISTRAL_API_KEY_2", "password: encryptedPasswordOf", 'secret = "get_secret2(name_of_it)"'),
    *("api_key=settings.api_key_of_2024", 'CACHE_KEY = "user-profile-v2-cache-entry"', "token: refreshTokenOfUser2"),
    *('placeholder="Enter your password here"', "getAccessToken: () => string", "Authorization: Bearer <token>"),
)


@pytest.mark.parametrize("kind", shapes())
@pytest.mark.parametrize("seed", range(3))
def test_each_shape_is_found_in_every_frame(kind: str, seed: int) -> None:
    secret = shapes(seed)[kind]
    for frame in FRAMES:
        text = "import os\n" + frame.replace("{}", secret) + "\nimport sys\n"
        found = RULES.found(text)
        kept = "".join(
            text[end.end if end else 0 : begin.start if begin else len(text)]
            for end, begin in zip((None, *found), (*found, None), strict=True)
        )
        assert kernel(secret) not in kept, (frame, found)
        assert kept.startswith("import os\n"), frame
        assert kept.endswith("\nimport sys\n"), frame


@pytest.mark.parametrize(
    "frame",
    [
        "DB_PASSWORD={}",
        "export PGPASSWORD={}",
        "  password: {}",
        "spring.datasource.password={}",
        "jdbc.pass = {}",
        "- MYSQL_ROOT_PASSWORD={}",
        "db_pwd={}\r",
        "passphrase: {}  ",
    ],
)
@pytest.mark.parametrize("password", ["kJ8#mQ2!vL", "zT9xQ1pL", "Tr0ub4dor&3xyz", "hunter2isMyPass9", "Winter2024x"])
def test_a_password_without_quotes_is_found_where_it_ends_its_line(frame: str, password: str) -> None:
    text = f"a = 1\n{frame.format(password)}\nb = 2\n"
    (found,) = RULES.found(text)
    assert text[found.start : found.end] == password


@pytest.mark.parametrize(
    "line",
    [
        "password = password2",
        "passwd=$PASSWORD1",
        "pass: {{ vault_pass_1 }}",
        "pwd = os.getcwd2",
        "password: Optional1",
        "self.password = password_of_2024",
        "pass = f(a1b2c3d4e5)",
        "password=<8-digit-code>",
        "pwd: '8'",
    ],
)
def test_a_name_or_an_expression_is_no_password(line: str) -> None:
    assert RULES.found(f"a = 1\n{line}\nb = 2\n") == ()


def test_there_are_at_least_sixty_kinds() -> None:
    assert len(shapes()) >= 60


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert RULES.found(f"a = 1\n{text}\nb = 2\n") == ()


@example_count(300)
@given(st.lists(st.sampled_from([*shapes().values(), *INNOCENT, "\n", " ", "İ", "x = 1\n"]), max_size=8))
def test_secrets_are_in_order_and_do_not_overlap(parts: list[str]) -> None:
    text = " ".join(parts)
    found = RULES.found(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ",
        "-----BEGIN PRIVATE KEY-----",
        "a://b:c",
        "password='",
        "sk-",
        "MT.",
        "aws secret ",
        ":AA",
        "key=",
        "A" * 64,
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    begin = time.process_time()
    RULES.found(text)
    assert time.process_time() - begin < 2

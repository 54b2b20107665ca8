"""Secrets of known shapes, put together from seeded letters so that no file of this project contains one."""

from __future__ import annotations

import random
import string

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM, HEX, B64 = LOWER + UPPER + DIGITS, DIGITS + "abcdef", LOWER + UPPER + DIGITS + "+/"
URL = ALNUM + "-_"
BASE32 = UPPER + "234567"


def shapes(seed: int = 0) -> dict[str, str]:
    """For each kind one secret, made from the formats that its vendor publishes."""
    rng = random.Random(seed)  # samples

    def some(letters: str, count: int) -> str:
        """Letters that hold a digit and both cases where there are any, as random tokens of that length do."""
        picked = [rng.choice(letters) for _ in range(count)]
        groups = [group for group in (DIGITS, UPPER, LOWER) if set(group) & set(letters)]
        for at, group in zip(rng.sample(range(1, count - 1), len(groups)), groups, strict=True):
            picked[at] = rng.choice([sign for sign in group if sign in letters])
        ends = [sign for sign in letters if sign.isalnum()]
        picked[0], picked[-1] = rng.choice(ends), rng.choice(ends)
        return "".join(picked)

    def uuid() -> str:
        return "-".join((some(HEX, 8), some(HEX, 4), "4" + some(HEX, 4)[:3], "a" + some(HEX, 4)[:3], some(HEX, 12)))

    key_lines = "\n".join(some(B64, 64) for _ in range(12))
    return {
        "rsa key": f"-----BEGIN RSA PRIVATE KEY-----\n{key_lines}\n-----END RSA PRIVATE KEY-----",
        "openssh key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{key_lines}\n-----END OPENSSH PRIVATE KEY-----",
        "pgp key": f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{key_lines}\n-----END PGP PRIVATE KEY BLOCK-----",
        "key in one string": "-----BEGIN PRIVATE KEY-----\\n"
        + key_lines.replace("\n", "\\n")
        + "\\n-----END PRIVATE KEY-----",
        "key without its end": f"-----BEGIN EC PRIVATE KEY-----\n{key_lines}",
        "age": "AGE-SECRET-KEY-1" + some(UPPER + DIGITS, 58),
        "aws access": "AKIA" + some(BASE32, 16),
        "aws session": "ASIA" + some(BASE32, 16),
        "aws secret": "aws_secret_access_key = " + some(B64, 40),
        "google": "AIza" + some(URL, 35),
        "google bound": "AQ.Ab" + some(URL, 48),
        "google client": "GOCSPX-" + some(URL, 28),
        "google oauth": "ya29." + some(URL, 120),
        "azure storage": "AccountName=a;AccountKey=" + some(B64, 86) + "==;EndpointSuffix=x",
        "azure client": "aB1" + "8Q~" + some(URL, 34),
        "azure sas": "https://a.blob.core.windows.net/c?sv=2024-01-01&sig=" + some(ALNUM, 43) + "%3D",
        "github": "ghp_" + some(ALNUM, 36),
        "github app": "ghs_" + some(ALNUM, 36),
        "github fine": "github_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59),
        "gitlab": "glpat-" + some(URL, 20),
        "gitlab deploy": "gldt-" + some(URL, 20),
        "gitlab runner": "glrt-" + some(URL, 20),
        "bitbucket": "ATBB" + some(ALNUM, 32),
        "atlassian": "ATATT3xFf" + some(URL, 180),
        "slack bot": "xoxb-" + some(DIGITS, 12) + "-" + some(DIGITS, 12) + "-" + some(ALNUM, 24),
        "slack app": "xapp-1-A" + some(UPPER + DIGITS, 10) + "-" + some(DIGITS, 13) + "-" + some(HEX, 64),
        "slack hook": "https://hooks.slack.com/services/T"
        + some(UPPER + DIGITS, 10)
        + "/B0192837465/"
        + some(ALNUM, 24),
        "discord": "MTE" + some(ALNUM, 21) + ".G" + some(ALNUM, 5) + "." + some(URL, 38),
        "discord hook": "https://discord.com/api/webhooks/123456789012345678/" + some(URL, 68),
        "telegram": some(DIGITS, 10).replace("0", "1") + ":AA" + some(URL, 33),
        "twilio": "SK" + some(HEX, 32),
        "sendgrid": "SG." + some(URL, 22) + "." + some(URL, 43),
        "mailgun": "key-" + some(HEX, 32),
        "mailchimp": some(HEX, 32) + "-us12",
        "brevo": "xkeysib-" + some(HEX, 64) + "-" + some(ALNUM, 16),
        "resend": "re_" + some(ALNUM, 8) + "_" + some(ALNUM, 24),
        "stripe": "sk_live_" + some(ALNUM, 24),
        "stripe restricted": "rk_live_" + some(ALNUM, 99),
        "stripe hook": "whsec_" + some(ALNUM, 32),
        "square": "sq0csp-" + some(URL, 43),
        "braintree": "access_token$production$" + some(LOWER + DIGITS, 16) + "$" + some(HEX, 32),
        "shopify": "shpat_" + some(HEX, 32),
        "plaid": "access-production-" + uuid(),
        "flutterwave": "FLWSECK-" + some(HEX, 32) + "-X",
        "easypost": "EZAK" + some(ALNUM, 54),
        "shippo": "shippo_live_" + some(HEX, 40),
        "openai": "sk-" + some(ALNUM, 20) + "T3BlbkFJ" + some(ALNUM, 20),
        "openai project": "sk-proj-" + some(URL, 156),
        "anthropic": "sk-ant-api03-" + some(URL, 93) + "AA",
        "openrouter": "sk-or-v1-" + some(HEX, 64),
        "deepseek": "sk-" + some(HEX, 32),
        "groq": "gsk_" + some(ALNUM, 52),
        "xai": "xai-" + some(ALNUM, 80),
        "hugging face": "hf_" + some(LOWER + UPPER, 34),
        "replicate": "r8_" + some(ALNUM, 37),
        "perplexity": "pplx-" + some(ALNUM, 48),
        "nvidia": "nvapi-" + some(URL, 64),
        "langsmith": "lsv2_pt_" + some(HEX, 32) + "_" + some(HEX, 10),
        "elevenlabs": "sk_" + some(HEX, 48),
        "npm": "npm_" + some(ALNUM, 36),
        "npmrc": "//registry.corp.test/:_authToken=" + some(ALNUM, 40),
        "pypi": "pypi-AgEIcHlwaS5vcmc" + some(URL, 150),
        "rubygems": "rubygems_" + some(HEX, 48),
        "crates": "cio" + some(ALNUM, 32),
        "nuget": "oy2" + some(LOWER + DIGITS, 43),
        "docker": "dckr_pat_" + some(URL, 27),
        "clojars": "CLOJARS_" + some(LOWER + DIGITS, 60),
        "artifactory": "AKCp" + some(ALNUM, 69),
        "digitalocean": "dop_v1_" + some(HEX, 64),
        "heroku": "HRKU-" + some(URL, 60),
        "fly": "fm2_" + some(B64, 200),
        "netlify": "nfp_" + some(ALNUM, 36),
        "supabase": "sbp_" + some(HEX, 40),
        "planetscale": "pscale_tkn_" + some(URL, 43),
        "databricks": "dapi" + some(HEX, 32),
        "alibaba": "LTAI" + some(ALNUM, 20),
        "vault": "hvs." + some(URL, 90),
        "terraform": some(ALNUM, 14) + ".atlasv1." + some(URL, 67),
        "pulumi": "pul-" + some(HEX, 40),
        "doppler": "dp.pt." + some(ALNUM, 43),
        "1password": "ops_eyJ" + some(B64, 400),
        "grafana": "glsa_" + some(ALNUM, 32) + "_" + some(HEX, 8),
        "new relic": "NRAK-" + some(UPPER + DIGITS, 27),
        "sentry": "sntryu_" + some(HEX, 64),
        "dynatrace": "dt0c01." + some(UPPER + DIGITS, 24) + "." + some(UPPER + DIGITS, 64),
        "linear": "lin_api_" + some(ALNUM, 40),
        "notion": "ntn_" + some(ALNUM, 46),
        "airtable": "pat" + some(ALNUM, 14) + "." + some(HEX, 64),
        "figma": "figd_" + some(URL, 40),
        "postman": "PMAK-" + some(HEX, 24) + "-" + some(HEX, 34),
        "contentful": "CFPAT-" + some(URL, 43),
        "facebook": "EAA" + some(ALNUM, 180),
        "sonar": "squ_" + some(HEX, 40),
        "sonar project": "sqp_" + some(HEX, 40),
        "openshift": "sha256~" + some(URL, 43),
        "harness": "pat." + some(URL, 22) + "." + some(ALNUM, 24) + "." + some(ALNUM, 20),
        "infracost": "ico-" + some(ALNUM, 32),
        "42": "s-s4t2ud-" + some(HEX, 64),
        "maxmind": some(ALNUM, 6) + "_" + some(ALNUM, 29) + "_mmk",
        "octopus": "API-" + some(UPPER + DIGITS, 26),
        "scalingo": "tk-us-" + some(URL, 48),
        "settlemint": "sm_pat_" + some(ALNUM, 16),
        "clickhouse": "4b1d" + some(ALNUM, 38),
        "frame.io": "fio-u-" + some(URL, 64),
        "defined networking": "dnkey-" + some(LOWER + DIGITS, 26) + "-" + some(LOWER + DIGITS, 52),
        "adobe": "p8e-" + some(URL, 32),
        "prefect": "pnu_" + some(ALNUM, 36),
        "mapbox": "sk.eyJ" + some(URL, 60) + "." + some(URL, 22),
        "jwt": "eyJ" + some(URL, 33) + ".eyJ" + some(URL, 80) + "." + some(URL, 43),
        "address": "postgresql+psycopg://shop:" + some(ALNUM, 20) + "@db.corp.test:5432/shop",
        "authorization": "Authorization: Bearer " + some(ALNUM, 40),
        "basic": "Authorization: Basic " + some(B64, 40) + "==",
        "password": 'password = "' + some(ALNUM + "!#*^", 20) + '"',
        "moonshot": "sk-" + some(ALNUM, 48),
        "langfuse": "sk-lf-" + uuid(),
        "tavily": "tvly-dev-" + some(ALNUM, 32),
        "firecrawl": "fc-" + some(HEX, 32),
        "fireworks": "fw_" + some(ALNUM, 24),
        "voyage": "pa-" + some(URL, 43),
        "e2b": "e2b_" + some(HEX, 40),
        "password with signs": 'PASSWORD = "' + some(ALNUM, 8) + "&3$x(Yz)%!" + some(ALNUM, 14) + '"',
        "shell": "export MISTRAL_API_KEY=" + some(ALNUM, 32) + "\n",
        "dockerfile": "ENV DB_PASSWORD=" + some(ALNUM, 24) + "\n",
        "yaml": "client_secret: 4a1b7c" + some(ALNUM, 34) + "\n",
        "constant": 'AZURE_OPENAI_KEY = "4a1b7c' + some(HEX, 26) + '"',
        "api key": 'API_KEY: "' + some(ALNUM, 32) + '"',
    }


def kernel(secret: str) -> str:
    """The part of a sample that must not be sent: its last 12 letters that are none of its frame."""
    body = secret.split("-----END", maxsplit=1)[0].rstrip("\\n \n") if "PRIVATE KEY" in secret else secret
    body = body.rstrip()
    for tail in (";EndpointSuffix=x", "%3D", "@db.corp.test:5432/shop", '"', "-us12", "-X"):
        body = body.removesuffix(tail)
    return body[-12:]

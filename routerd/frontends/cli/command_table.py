"""Every command with its help, options and arguments. Written by `routerd manifest --write`: change the commands."""

from __future__ import annotations

FILES = "files"
"""The kind of a value that is the name of a file or folder."""

SHELLS = ("bash", "zsh", "fish")
"""Those that completion knows."""

WORDS: dict[str, tuple[str, ...]] = {
    "ACTION": ("document", "test", "review", "design", "ask", "explain", "fix"),
    "TIER": ("speed", "utility", "logic", "architect"),
    "LEVEL": ("debug", "info", "warning", "error"),
    "SHELL": ("bash", "zsh", "fish"),
}
"""Kinds of values that are one of a few words."""

COMMANDS: dict[str, tuple[str, dict[str, tuple[str, str]], tuple[str, ...], bool]] = {
    "": (
        "Sends each editor action to the cheapest model that will do, and shows the price first.",
        {
            "--version": ("", "print the version"),
            "-V": ("", "print the version"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--log-file": ("files", "write the log there"),
            "--log-level": ("LEVEL", "debug, info, warning or error"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "serve": (
        "Serve an editor over stdio or TCP, or others over HTTP.",
        {
            "--tcp": ("text", "listen there instead of stdio"),
            "--http": ("text", "serve other programs there, not stdio"),
            "--stdio": ("", "with --http: serve an editor on stdio as well"),
            "--allow-remote": ("", "with --tcp or --http: let other machines connect"),
            "--root": ("text", "with --tcp: read no file outside of it"),
            "--solo": ("", "serve this editor alone, without the shared daemon"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--log-file": ("files", "write the log there"),
            "--log-level": ("LEVEL", "debug, info, warning or error"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "run": (
        "Run one action; prints the change as a diff, or applies it.",
        {
            "--instruction": ("text", "what to do, in your own words"),
            "--tier": ("TIER", "utility, speed, logic, architect"),
            "--model": ("text", "ask just this model"),
            "--diff": ("", "print the change (default)"),
            "--apply": ("", "write the change"),
            "--json": ("", "print JSON"),
            "--replace": ("", "rewrite documentation that exists"),
            "--yes": ("", "agree beforehand to what it costs"),
            "--fresh": ("", "ask anew what was answered before"),
            "--max-cost": ("text", "stop before it costs more"),
            "--stream": ("", "show the answer while it is written, before it is checked"),
            "--changed": ("text", "the files that differ from a branch, tag or commit"),
            "--explain": ("", "a row for each file, and each that is skipped"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION", "files"),
        True,
    ),
    "estimate": (
        "Say what actions would cost; sends nothing.",
        {
            "--action": ("text", "the actions to price"),
            "--changed": ("text", "the files that differ from a branch, tag or commit"),
            "--json": ("", "print JSON"),
            "--explain": ("", "show what would be sent, and why; or each file"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("files", "ACTION"),
        True,
    ),
    "review": (
        "Review a change: working tree, staged files, branch or diff.",
        {
            "--staged": ("", "what is staged"),
            "--base": ("text", "the working tree since this revision"),
            "--diff": ("files", "a unified diff; '-' reads standard input"),
            "--format": ("text", "how to print it"),
            "--fail-on": ("text", "the least severity that fails"),
            "--max-cost": ("text", "stop before it costs more"),
            "--fix": ("", "apply the fixes that findings have"),
            "--yes": ("", "agree beforehand to what it costs"),
            "--fresh": ("", "ask anew what was answered before"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "commit": (
        "Write a message for what is staged, then commit.",
        {
            "--print": ("", "print the message and commit nothing"),
            "--instruction": ("text", "what the message should say, in your own words"),
            "--tier": ("TIER", "utility, speed, logic, architect"),
            "--yes": ("", "agree beforehand to what it costs"),
            "--fresh": ("", "ask anew what was answered before"),
            "--max-cost": ("text", "stop before it costs more"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("files",),
        True,
    ),
    "route": (
        "Say what a free-form instruction would be routed to, and why.",
        {
            "--json": ("", "print JSON"),
            "--batch": ("files", 'lines {"id", "text"}'),
            "--explain": ("", "show the five nearest known instructions"),
            "--correct": ("TIER", "where it belongs: remembered in your configuration"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("text",),
        False,
    ),
    "stats": (
        "Spend, savings and the accuracy of estimates.",
        {
            "--since": ("text", "only the last days"),
            "--by": ("text", "tier, model, action, client, session, project, person, team"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "report": (
        "Write spend and savings as an HTML page with charts.",
        {
            "--since": ("text", "only the last days"),
            "--out": ("files", "where to write it"),
            "--open": ("", "open it in the browser"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "prices": (
        "List what the models of your tiers cost, and who says so.",
        {
            "--update": ("", "fetch the newest list first"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "audit": (
        "Say what past work cost, and what your tiers would have cost.",
        {
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("files",),
        True,
    ),
    "doctor": (
        "Check keys, providers, prices, vocabulary and ledger.",
        {
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "demo": (
        "Run every action on a sample file, as an editor would.",
        {
            "--http": ("", "show the gateway instead: one request of the openai SDK"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "manifest": (
        "Print what this version offers to editors, as JSON.",
        {
            "--write": ("", "write every generated copy of it in this checkout"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "completion": (
        "Print the completion script of a shell.",
        {
            "--help": ("", "show this help"),
        },
        ("SHELL",),
        False,
    ),
    "mcp": (
        "Serve agents by MCP: estimate, route, review and stats.",
        {
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "http": (
        "Set other programs up to ask through the gateway.",
        {
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "http env": (
        "Print the variables and files that point a client at the gateway, with a token of its own.",
        {
            "--url": ("text", "a team's gateway; its token is ROUTERD_TOKEN"),
            "--write": ("", "write the files where there are none, and print the rest"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("text",),
        False,
    ),
    "http health": (
        "Say whether a gateway answers: exit code 0 or 1.",
        {
            "--help": ("", "show this help"),
        },
        ("text",),
        False,
    ),
    "token": (
        "Tokens of the gateway for persons and projects.",
        {
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "token add": (
        "Make a token and print it, once: only its hash is stored.",
        {
            "--person": ("text", "whose budget its requests count against"),
            "--user": ("text", "whose budget its requests count against"),
            "--project": ("text", "the project that they belong to"),
            "--team": ("text", "the team that they belong to"),
            "--label": ("text", "what the list and stats call it"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "token list": (
        "List the tokens, without what could be used to ask.",
        {
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "token revoke": (
        "Revoke a token: every gateway refuses it within a second.",
        {
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("text",),
        False,
    ),
    "batch": (
        "Work over many files: planned, priced, resumable.",
        {
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "batch plan": (
        "List what would be asked, what is skipped and what it would cost; sends nothing.",
        {
            "--changed": ("text", "the files that differ from a branch, tag or commit"),
            "--diff": ("files", "the files of a unified diff"),
            "--instruction": ("text", "what to do, in your own words"),
            "--tier": ("TIER", "utility, speed, logic, architect"),
            "--model": ("text", "ask just this model"),
            "--replace": ("", "rewrite documentation that exists"),
            "--explain": ("", "a row for each file, and each that is skipped"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION", "files"),
        True,
    ),
    "batch run": (
        "Ask what is missing, and store the answers until they are applied.",
        {
            "--changed": ("text", "the files that differ from a branch, tag or commit"),
            "--diff": ("files", "the files of a unified diff"),
            "--instruction": ("text", "what to do, in your own words"),
            "--tier": ("TIER", "utility, speed, logic, architect"),
            "--model": ("text", "ask just this model"),
            "--replace": ("", "rewrite documentation that exists"),
            "--yes": ("", "agree beforehand to what it costs"),
            "--fresh": ("", "ask anew what was answered before"),
            "--max-cost": ("text", "stop before it costs more"),
            "--apply": ("", "write the changes into the files"),
            "--patch": ("files", "write the changes as one patch"),
            "--branch": ("text", "commit the changes on a new branch"),
            "--explain": ("", "a row for each file, and each that is skipped"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION", "files"),
        True,
    ),
    "batch apply": (
        "Apply stored answers to the files as they are now, or as a patch or on a branch.",
        {
            "--patch": ("files", "write the changes as one patch"),
            "--branch": ("text", "commit the changes on a new branch"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION",),
        False,
    ),
    "batch submit": (
        "Hand open items over to the provider's batch service, which answers within a day for less.",
        {
            "--changed": ("text", "the files that differ from a branch, tag or commit"),
            "--diff": ("files", "the files of a unified diff"),
            "--instruction": ("text", "what to do, in your own words"),
            "--tier": ("TIER", "utility, speed, logic, architect"),
            "--model": ("text", "ask just this model"),
            "--replace": ("", "rewrite documentation that exists"),
            "--yes": ("", "agree beforehand to what it costs"),
            "--max-cost": ("text", "stop before it costs more"),
            "--explain": ("", "a row for each file, and each that is skipped"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION", "files"),
        True,
    ),
    "batch collect": (
        "Fetch and check the answers of providers' batches, and store them until they are applied.",
        {
            "--wait": ("", "until the provider's batch has ended"),
            "--apply": ("", "write the changes into the files"),
            "--patch": ("files", "write the changes as one patch"),
            "--branch": ("text", "commit the changes on a new branch"),
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION",),
        False,
    ),
    "batch status": (
        "Say how far the batches of this folder are; sends nothing.",
        {
            "--json": ("", "print JSON"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION",),
        False,
    ),
    "batch cancel": (
        "Stop a run in another terminal, and give up what was not asked; answers that were paid for stay.",
        {
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("ACTION",),
        False,
    ),
    "daemon": (
        "The one process behind all editors: status, stop, log.",
        {
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon run": (
        "Run the daemon in the foreground; an editor starts one by itself.",
        {
            "--idle": ("text", "leave so long after the last session and job; 0 for never"),
            "--log-file": ("files", "write the log there"),
            "--log-level": ("LEVEL", "debug, info, warning or error"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon status": (
        "Say whether a daemon runs, and whom it serves.",
        {
            "--json": ("", "print JSON"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon stop": (
        "End the daemon once its jobs have ended; editors that it serves have to start routerd again.",
        {
            "--json": ("", "print JSON"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon restart": (
        "End the daemon once its jobs have ended, and start another one.",
        {
            "--json": ("", "print JSON"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon log": (
        "Print the end of the log of the daemons that editors have started.",
        {
            "--json": ("", "print JSON"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "daemon install": (
        "Let the system start the daemon when you log in: a user unit of systemd, or an agent of launchd.",
        {
            "--json": ("", "print JSON"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "config": (
        "Write, show or check the configuration.",
        {
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "config init": (
        "Write a first configuration file; one that exists is left alone.",
        {
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "config show": (
        "Print the merged configuration.",
        {
            "--where": ("", "say which file set each value"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
    "config check": (
        "Say everything that is wrong with a configuration.",
        {
            "--help": ("", "show this help"),
        },
        ("files",),
        False,
    ),
    "config tests": (
        "Let new tests of a project be run in a copy of it.",
        {
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        ("text", "text"),
        False,
    ),
    "config schema": (
        "Print the JSON schema of a configuration file.",
        {
            "--write": ("", "write it beside the configuration"),
            "--config": ("files", "use this file instead of the user's configuration"),
            "--help": ("", "show this help"),
        },
        (),
        False,
    ),
}
"""By name, the program itself as "": its help; its options, each with its kind of value (empty: a switch) and help; the
kinds of its arguments; and whether the last argument may be repeated."""

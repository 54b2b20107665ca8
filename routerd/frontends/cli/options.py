"""Options that several commands share: each is declared once."""

from __future__ import annotations

from typing import Annotated

import typer

from routerd.domain.tier import Tier

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Instruction = Annotated[str, typer.Option(help="what to do, in your own words")]
InTier = Annotated[str | None, typer.Option("--tier", metavar="TIER", help=", ".join(Tier))]
Model = Annotated[str | None, typer.Option("--model", metavar="PROVIDER/MODEL", help="ask just this model")]
Rewrite = Annotated[bool, typer.Option("--replace", help="rewrite documentation that exists")]
MaxCost = Annotated[str | None, typer.Option("--max-cost", metavar="USD", help="stop before it costs more")]
Yes = Annotated[bool, typer.Option("--yes", help="agree beforehand to what it costs")]
Fresh = Annotated[bool, typer.Option("--fresh", help="ask anew what was answered before")]
Stream = Annotated[bool, typer.Option("--stream", help="show the answer while it is written, before it is checked")]

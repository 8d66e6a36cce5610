"""The options of `tehon evaluate`, one line each where they are taken."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.records.tuning import Precision

SuiteName = Annotated[str, typer.Argument(help="A shipped suite, a TOML file, or tasks joined by +.")]
ModelName = Annotated[str, typer.Option(help="Folder, hub name, GGUF file, package:NAME or tiny:FAMILY.")]
To = Annotated[Path, typer.Option("--out", help="Folder of the scores.")]
Adapters = Annotated[
    list[Path] | None,
    typer.Option(help="Folder of a LoRA adapter over the model; several take turns, each with a folder in --out."),
]
Raw = Annotated[Path | None, typer.Option(help="Folder with one subfolder of upstream files per task.")]
Limit = Annotated[int | None, typer.Option(help="Score only this many items a line.")]
Shots = Annotated[str, typer.Option(help="Numbers of shots, such as 1,2,3.")]
Templates = Annotated[str, typer.Option(help="Prompt versions or templates, such as 0.2,0.3.")]
ProtocolName = Annotated[
    str, typer.Option(help="How it is asked: paper, jp_stable_1_3, lm_eval, tehon, or a TOML file.")
]
ShotsSplit = Annotated[str, typer.Option(help="The split that shots come from.")]
ShotsFrom = Annotated[str, typer.Option(help="A file of the task's layout that shots come from.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="Change a setting of the protocol, such as answer=both.")
]
AllowContaminated = Annotated[
    list[str] | None,
    typer.Option("--allow-contaminated", help="Score this task even where the model was tuned on its items."),
]
Weights = Annotated[Precision, typer.Option(help="Of the base's weights.")]
Title = Annotated[str, typer.Option(help="The model's name in tables.")]
EveryMetric = Annotated[
    bool, typer.Option("--every-metric", help="Print all that was measured, not only what tables lead with.")
]
ShareName = Annotated[
    str, typer.Option("--share", help="Answer one share, such as 0/8; the last of the eight to answer scores.")
]
Ray = Annotated[int, typer.Option(min=0, help="Answer in so many shares on Ray, each with a GPU where there are any.")]

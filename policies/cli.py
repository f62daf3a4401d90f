"""The commands of ``filigrane policy``: what a policy says, and whether it may."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from policies.bundle import Policy, default_folder, load_policy
from policies.cases import read_examples, run_examples
from policies.difference import changes, told_thresholds
from policies.errors import Diagnostic, PolicyError
from policies.explain import markdown
from policies.facts import AgeBand, Surface, Tier
from policies.limits import Cell
from policies.territory import ELSEWHERE

app = typer.Typer(name="policy", help="Check, test, compare and read policies.", no_args_is_help=True)

_SHIPPED = default_folder()

Folder = Annotated[
    Path,
    typer.Argument(
        envvar="FILIGRANE_POLICY",
        help="The bundle's folder; without one, FILIGRANE_POLICY, else the bundle that ships.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
def check(folder: Folder = _SHIPPED, *, as_json: Json = False) -> None:
    """Read a bundle and name every fault at file:line:column; exits with 1 where there is one."""
    policy = _load(folder, as_json=as_json)
    summary = {
        "digest": policy.digest,
        "categories": len(policy.taxonomy.categories),
        "limits": len(policy.limits.lines),
        "rules": len(policy.rules),
        "banks": len(policy.roster.banks),
    }
    if as_json:
        _print_json({"ok": True, **summary})
        return
    counts = ", ".join(f"{count} {name}" for name, count in summary.items() if name != "digest")
    typer.echo(f"{folder}: good\n{policy.digest}\n{counts}")


@app.command("test")
def run_tests(folder: Folder = _SHIPPED, *, as_json: Json = False) -> None:
    """Run the bundle's own examples (tests.yaml); exits with 1 where one is answered otherwise."""
    policy = _load(folder, as_json=as_json)
    try:
        faults = run_examples(policy, read_examples(folder, policy))
    except PolicyError as error:
        _refuse(folder, error, as_json=as_json)
    failed = {example: said for example, said in faults.items() if said}
    if as_json:
        told = [
            {"name": example.name, "at": str(example.place), "faults": said}
            for example, said in failed.items()
        ]
        _print_json({"ok": not failed, "digest": policy.digest, "examples": len(faults), "failed": told})
    else:
        for example, said in failed.items():
            typer.echo(f"{example.place}: {example.name}\n    {'; '.join(said)}")
        typer.echo(f"{len(faults) - len(failed)} of {len(faults)} examples answered as promised")
    raise typer.Exit(1 if failed else 0)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The bundle that was.")],
    new: Annotated[
        Path, typer.Argument(help="The bundle that comes.", show_default="the one that ships")
    ] = _SHIPPED,
    *,
    as_json: Json = False,
) -> None:
    """Say what two bundles answer differently: limits square by square, rules, duties, quotas, words."""
    before, after = _load(old, as_json=as_json), _load(new, as_json=as_json)
    found = changes(before, after)
    if as_json:
        _print_json(
            {
                "old": before.digest,
                "new": after.digest,
                "changes": [dataclasses.asdict(change) for change in found],
            }
        )
        return
    for change in found:
        typer.echo(f"{change.course:<8}  {change.what}")
        typer.echo(f"          - {change.before or '(absent)'}\n          + {change.after or '(absent)'}")
    typer.echo(f"{len(found)} changes, {before.digest[:12]} → {after.digest[:12]}")


@app.command()
def show(
    category: Annotated[str, typer.Argument(help="A category; without one, all of them.")] = "",
    *,
    folder: Annotated[
        Path, typer.Option(envvar="FILIGRANE_POLICY", help="The bundle's folder.", show_default=False)
    ] = _SHIPPED,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The whole policy as a document.")] = False,
    as_json: Json = False,
) -> None:
    """Show from which score each category is labelled, held or blocked on each surface."""
    policy = _load(folder, as_json=as_json)
    if as_markdown:
        typer.echo(markdown(policy), nl=False)
        return
    if category and category not in policy.taxonomy.categories:
        raise typer.BadParameter(f"no category `{category}`; `filigrane policy show` lists them")
    names = policy.taxonomy.within(category) if category else tuple(policy.taxonomy.categories)
    table = {name: {surface.value: _limit(policy, name, surface) for surface in Surface} for name in names}
    if as_json:
        _print_json({"digest": policy.digest, "limits": table})
        return
    for name, row in table.items():
        typer.echo(f"{name}  ({policy.taxonomy.categories[name].title.en})")
        for surface_name, told in row.items():
            typer.echo(f"    {surface_name:<11} {told}")


def _limit(policy: Policy, category: str, surface: Surface) -> str:
    """Return the limit in the plainest circumstances: an adult, anywhere, no bank."""
    line = policy.limits.line(
        Cell(
            category=category,
            surface=surface,
            tier=Tier.FREE,
            age_band=AgeBand.ADULT,
            territory=ELSEWHERE,
            detector="",
            bank=None,
        )
    )
    return told_thresholds(line.thresholds) if line else "no limit"


def _load(folder: Path, *, as_json: bool) -> Policy:
    try:
        return load_policy(folder)
    except PolicyError as error:
        _refuse(folder, error, as_json=as_json)


def _refuse(folder: Path, error: PolicyError, *, as_json: bool) -> NoReturn:
    if as_json:
        _print_json({"ok": False, "faults": [dataclasses.asdict(fault) for fault in error.diagnostics]})
    else:
        for fault in error.diagnostics:
            typer.echo(f"{folder / fault.file}:{fault.line}:{fault.column}: {fault.message}", err=True)
            typer.echo(_excerpt(folder, fault), err=True, nl=False)
        count = len(error.diagnostics)
        typer.echo(f"{count} fault{'s' if count > 1 else ''}; nothing was loaded", err=True)
    raise typer.Exit(1)


def _excerpt(folder: Path, fault: Diagnostic) -> str:
    """Return the faulty line with a caret under the column; nothing where there is no such line."""
    path = folder / fault.file
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    if not 0 < fault.line <= len(lines):
        return ""
    # A window around the fault: some lines of a policy are long.
    start = max(0, fault.column - 60)
    return f"    {lines[fault.line - 1][start : start + 100]}\n    {' ' * (fault.column - 1 - start)}^\n"


def _print_json(answer: object) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))

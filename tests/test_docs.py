"""The documents tell the truth: links lead somewhere, examples load, commands and options exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest
import typer

from adapters.records import Issue
from connector.cli.app import app
from connector.config import load_config
from connector.disclosure.policy import parse_policy, shipped_text
from connector.disclosure.wordingfile import parse_wording
from mappings.classify import nature_of, origin_of, place, verdict_of
from mappings.concepts import Concept, Disposition, Nature, Origin
from mappings.rules import Rules, parse_rules
from tests.builders import issue
from tests.connector.pictures import png

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(DOCS.rglob("*.md")))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|mailto:)([^)\s]+)\)")
FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(clientview [a-z][^`\n]*)`")
SOURCE = '\n  [[project.source]]\n  kind = "github"\n  repository = "acme/apollo"\n  token = "env:TOKEN"\n'
PROJECT = f'[[project]]\nkey = "apollo"\n{SOURCE}\n'
RULES_PAGE = DOCS / "how-to" / "write-rules.md"


def named(page: Path) -> str:
    """Return what a page is called in test names."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, *kinds: str) -> list[str]:
    """Return the fenced blocks of a page that are of these kinds."""
    return [f["text"] for f in FENCE.finditer(page.read_text(encoding="utf-8")) if f["kind"] in kinds]


# ------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_relative_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file, and where it names a heading, the file has it."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = [link for link in LINK.findall(text) if not leads_somewhere(page, link)]
    assert broken == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Tell whether a link of a page names a file, and a heading in it if any."""
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in anchors(target))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return frozenset(heading.replace(" ", "-") for heading in bare)


def test_the_index_names_every_page() -> None:
    """A page that the index does not name is not found."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [p for p in DOCS.rglob("*") if p.is_file() and p.name != "README.md" and p.parent.name != "adr"]
    missing = [str(p.relative_to(DOCS)) for p in pages if f"({p.relative_to(DOCS).as_posix()})" not in index]
    assert missing == [] or all("." in name and Path(name).suffix in {".svg", ".png"} for name in missing)


def test_the_list_of_decisions_names_every_decision() -> None:
    """In their order, by the title each has."""
    folder = DOCS / "adr"
    titles = {p.name: p.read_text(encoding="utf-8").partition("\n")[0] for p in sorted(folder.glob("0*.md"))}
    told = [
        line for line in (folder / "README.md").read_text(encoding="utf-8").splitlines() if line[:1] == "-"
    ]
    rows = ((name, *title.removeprefix("# ").split(": ", 1)) for name, title in titles.items())
    assert told == [f"- [{number}]({name}): {title}" for name, number, title in rows]


def test_the_readme_names_the_two_commands() -> None:
    """Whoever opens the project learns at once how to see it and how to test it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


# --------------------------------------------------------------------------------------- commands


def commands() -> Mapping[str, click.Command]:
    """Return every command by the words it is called with."""
    found: dict[str, click.Command] = {}
    for name, command in group_of(typer.main.get_command(app)).items():
        below = group_of(command)
        found |= {f"{name} {inner}": each for inner, each in below.items()} or {name: command}
    return found


def group_of(command: object) -> dict[str, click.Command]:
    """Return the commands below one; empty if it is no group."""
    return dict(getattr(command, "commands", {}))


def options(command: object) -> frozenset[str]:
    """Return the options of a command, `--help` left out."""
    params = getattr(command, "params", ())
    return frozenset(opt for param in params for opt in param.opts if opt.startswith("--")) - {"--help"}


def section(name: str) -> str:
    """Return the section of the reference that is about a command."""
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"commands.md has no section {name}"
    return found[1]


@pytest.mark.parametrize("name", commands())
def test_the_reference_has_every_command_and_option(name: str) -> None:
    """What `--help` shows stands in commands.md, in the section of the command."""
    told = section(name.partition(" ")[0])
    assert f"clientview {name}" in told
    assert [option for option in sorted(options(commands()[name])) if option not in told] == []


def test_the_reference_has_the_options_before_the_command() -> None:
    """`--config` and `--version` belong to all commands."""
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert "--config" in text


def command_lines(page: Path) -> Iterator[str]:
    """Yield the commands a page shows: in blocks, and whole ones in the text."""
    for block in blocks(page, "console", "sh"):
        for line in block.splitlines():
            if re.match(r"(\$ )?clientview ", line):
                yield line.removeprefix("$ ")
    yield from INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", [p for p in PAGES if p.parent.name != "reference"], ids=named)
def test_shown_commands_exist_with_their_options(page: Path) -> None:
    """Every command that a page shows is a real one, and so is each of its options."""
    faults = {line: fault for line in command_lines(page) if (fault := fault_of(line))}
    assert faults == {}


def fault_of(line: str) -> str:
    """Say what is wrong with a command line; "" if nothing is."""
    words = shlex.split(line.replace("…", ""))[1:]
    if words[:1] == ["--config"]:
        words = words[2:]
    known = commands()
    name = next((n for n in (" ".join(words[:2]), words[0] if words else "") if n in known), "")
    if not name:
        is_group = words[:1] and any(each.startswith(f"{words[0]} ") for each in known) and len(words) == 1
        return "" if not words or is_group else "no such command"
    unknown = {word for word in words if word.startswith("--")} - options(known[name]) - {"--help"}
    return f"no such option: {', '.join(sorted(unknown))}" if unknown else ""


# --------------------------------------------------------------------------------------- examples


def examples() -> list[tuple[str, str]]:
    """Return every TOML block of the documents, with the page it stands on."""
    return [(named(page), text) for page in PAGES for text in blocks(page, "toml")]


@pytest.mark.parametrize(("page", "text"), examples(), ids=lambda value: value if "\n" not in value else "")
def test_examples_load(page: str, text: str, tmp_path: Path) -> None:
    """A rule file, a policy, a wording file parses; a configuration or a part of one loads."""
    values = tomllib.loads(text)
    if "rule" in values:
        parse_rules(text, file=page)
    elif "show" in values:
        parse_policy(text, file=page)
    elif all(isinstance(table, dict) and "title" in table for table in values.values()):
        parse_wording(text, file=page)
    else:
        load(text, values, tmp_path)


def load(text: str, values: Mapping[str, object], folder: Path) -> None:
    """Load a configuration; a part of a project gets a project around it."""
    if isinstance(values.get("project"), dict):
        head = PROJECT.replace(SOURCE, "") if "[[project.source]]" in text else PROJECT
        text = head + text
    elif "project" not in values:
        text = f"{text}\n{PROJECT}"
    for name in re.findall(r'^\s*(?:policy|rules) = "(\S+\.toml)"', text, re.MULTILINE):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(shipped_text("client-default"), encoding="utf-8")
    for name in re.findall(r'^\s*logo = "(\S+)"', text, re.MULTILINE):
        (folder / name).write_bytes(png(64, 16))
    file = folder / "clientview.toml"
    file.write_text(text, encoding="utf-8")
    load_config(file)


def rule_examples() -> list[tuple[str, str, str]]:
    """Return the worked examples of rules: rule file, an issue, what it becomes."""
    text = RULES_PAGE.read_text(encoding="utf-8")
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        (file,) = [f["text"] for f in FENCE.finditer(part) if f["kind"] == "toml"]
        rows = re.findall(r"^\| `(.+)` \| (.+) \|$", part, re.MULTILINE)
        found += [(file, given, becomes) for given, becomes in rows]
    return found


@pytest.mark.parametrize(
    ("file", "given", "becomes"), rule_examples(), ids=lambda value: value.splitlines()[0]
)
def test_rules_place_issues_as_the_page_says(file: str, given: str, becomes: str) -> None:
    """Each row of a worked example is what its rule file makes of the issue."""
    rules = parse_rules(file, file="example.toml")
    one = described(given)
    wanted = [word.strip() for word in becomes.split(",")]
    told = said_of(one, rules)
    assert wanted[0] == told[0]
    assert set(wanted) <= set(told)


def described(given: str) -> Issue:
    """Make the issue that a row describes."""
    values = tomllib.loads(f"it = {{ {given} }}")["it"]
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return issue(1, **{**values, **lists})


def said_of(one: Issue, rules: Rules) -> list[str]:
    """Return everything the page may say of an issue, its concept first."""
    placement = place(one, rules, has_children=False)
    assert placement.concept is not None
    words = [placement.concept.value]
    if placement.concept is Concept.SCOPE_ITEM:
        words.append(Disposition(placement.disposition).value)
        words += ["defect"] if nature_of(one, rules) is Nature.DEFECT else []
        words += ["from client"] if origin_of(one, rules) is Origin.CLIENT else []
    if placement.concept is Concept.CHANGE_REQUEST:
        words.append(verdict_of(one, rules).value)
    return words

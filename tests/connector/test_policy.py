"""A policy opens what it names and nothing else; a wrong one is refused with every fault at once."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.disclosure.policy import ALWAYS_INTERNAL, SHIPPED, Policy, parse_policy, shipped, shipped_text
from mappings.errors import FaultsError

MINIMAL = 'name = "mine"\n'


def parsed(text: str) -> Policy:
    """Read a policy called `mine`."""
    return parse_policy(MINIMAL + text, file="mine.toml")


def faults(text: str) -> list[str]:
    """Return the faults of a text, each on its line."""
    with pytest.raises(FaultsError) as caught:
        parse_policy(text, file="mine.toml")
    return [str(fault) for fault in caught.value.faults]


def test_an_empty_policy_opens_nothing() -> None:
    """Default deny: what is not named is closed."""
    policy = parsed("")
    assert policy.show == {}
    assert policy.tracker_titles == frozenset()
    assert policy.k == 3


def test_opens_what_it_names() -> None:
    """A named field of a concept is open, its neighbours are not."""
    policy = parsed('[show]\nrisks = ["title"]\n')
    assert policy.shows("risks", "title")
    assert not policy.shows("risks", "text")
    assert not policy.is_told("goals")


def test_every_key_of_a_policy_counts() -> None:
    """What a policy says of its own reaches it: nothing of it falls back to a wider default."""
    policy = parsed(
        'k = 7\n[withhold]\nlabels = ["Legal"]\nembargo = ["Fair"]\ntell_first = ["Tell"]\n'
        'until = { "Spring" = 2027-03-01 }\ntold = { "APO-1" = 2026-11-20 }\n'
        '[wording]\norder = ["file"]\ntracker_titles = ["goals"]\nlabels = ["Open "]\ntypes = ["Epic"]\n'
        '[round]\ndates = "month"\nsizes = 5.0\n[show]\ngoals = ["title"]\n'
    )
    assert policy == Policy(
        name="mine",
        k=7,
        internal_labels=(*ALWAYS_INTERNAL, "legal"),
        embargo_labels=("fair",),
        embargoes={"spring": dt.date(2027, 3, 1)},
        tell_first=("tell",),
        told={"apo-1": dt.date(2026, 11, 20)},
        order=("file",),
        tracker_titles=frozenset({"goals"}),
        title_labels=frozenset({"open"}),
        title_types=frozenset({"epic"}),
        dates="month",
        size_step=5.0,
        show={"goals": frozenset({"title"})},
    )


@pytest.mark.parametrize(
    ("concept", "labels", "kind", "is_open"),
    [
        pytest.param("goals", (), "", True, id="a concept that is named"),
        pytest.param("risks", (), "epic", True, id="a type that is named, in any case"),
        pytest.param("risks", ("web", "open"), "Risk", True, id="a label that is named, in any case"),
        pytest.param("risks", (), "Risk", False, id="another type"),
        pytest.param("risks", ("web", "reopen"), "Risk", False, id="other labels"),
    ],
)
def test_a_trackers_title_opens_by_name(
    concept: str, labels: tuple[str, ...], kind: str, *, is_open: bool
) -> None:
    """The tracker's own title shows for a concept, type or label that the policy names, and no other."""
    policy = parsed('[wording]\ntracker_titles = ["goals"]\nlabels = ["Open"]\ntypes = ["Epic"]\n')
    assert policy.opens_title(concept, labels=labels, kind=kind) is is_open


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_are_sound(name: str) -> None:
    """Every shipped policy loads, and none opens keys, links or estimates."""
    policy = shipped(name)
    opened = {switch for switches in policy.show.values() for switch in switches}
    assert policy.name == name
    assert not opened & {"key", "link", "estimates"}


def test_an_unknown_policy_is_named() -> None:
    """A policy that does not ship is refused with those that do."""
    with pytest.raises(LookupError, match="client-default, client-detailed, dates-only"):
        shipped("client-everything")


def test_tells_every_fault_at_once() -> None:
    """Unknown keys, unknown fields and wrong types are all told, each with its line and the nearest word."""
    text = (
        'name = "Mine!"\nk = 0\n[show]\ngoals = ["titel"]\nrisk = ["title"]\n[withhold]\nlabels = "legal"\n'
    )
    told = faults(text)
    assert [line.partition(": ")[0] for line in told] == [f"mine.toml:{n}" for n in (1, 2, 4, 5, 7)]
    assert "did you mean 'title'?" in told[2]
    assert "expected `risks`" in told[3]


def test_an_unknown_field_is_refused_not_ignored() -> None:
    """A misspelt field stops the run; it never silently opens or closes something."""
    assert len(faults(MINIMAL + '[show]\nmilestones = ["title", "agreed_date"]\n')) == 1


def test_no_toml_is_told_with_its_line() -> None:
    """A text that is no TOML is told with its line."""
    assert faults("name = \n")[0].startswith("mine.toml:1")


@pytest.mark.parametrize(
    "label",
    [
        "internal",
        "Internal",
        "CONFIDENTIAL",
        " private ",
        "internal-notes",
        "internal:team",
        "Private/x",
        "internal_x",
        "ｉnternal",
        "confidential 2026",
    ],
)
def test_internal_labels_withhold(label: str) -> None:
    """The internal labels count in any case and width, alone or as a prefix."""
    assert parsed("").withholds([label])


@pytest.mark.parametrize("label", ["internals", "privately-owned", "not-internal", "web", ""])
def test_other_labels_do_not_withhold(label: str) -> None:
    """A word that only begins or ends alike is another word."""
    assert not parsed("").withholds([label])


def test_the_list_of_internal_labels_only_grows() -> None:
    """A policy may add internal labels; it can take none away."""
    policy = parsed('[withhold]\nlabels = ["Legal"]\n')
    assert policy.internal_labels == (*ALWAYS_INTERNAL, "legal")
    assert policy.withholds(["legal-hold"])
    assert policy.withholds(["internal"])


def test_an_embargo_withholds_the_exact_label() -> None:
    """An embargo label keeps an issue back until it is removed; it is no prefix."""
    policy = parsed('[withhold]\nembargo = ["Embargo-May"]\n')
    assert policy.withholds(["embargo-may"])
    assert not policy.withholds(["embargo-may-2"])


def test_the_reference_policy_names_every_concept() -> None:
    """The detailed policy shows every concept, so that it can serve as the reference of the keys."""
    assert set(shipped("client-detailed").show) == {
        "health",
        "goals",
        "milestones",
        "scope",
        "items",
        "risks",
        "actions",
        "decisions",
        "requests",
        "feedback",
    }
    assert '"link"' in shipped_text("client-detailed")

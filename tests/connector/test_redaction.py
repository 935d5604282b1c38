"""A tracker's own text loses what no client may read, and keeps what only looks like it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Person
from connector.analysis.facts import SourceFacts
from connector.disclosure.known import known
from connector.disclosure.redaction import Kind, Redactions, Redactor
from tests.connector import disclosure_sample as sample

PEOPLE = (
    Person(role="assignee", account="aschmidt", name="Anna Schmidt", email="anna.schmidt@tern.example"),
    Person(role="reporter", account="mobile", name="Will Park"),
    Person(role="creator", account="w.wang", name="王小明"),
    Person(role="creator", account="joc", name="Jean-Luc O'Connor"),
    Person(role="creator", account="", name="José Müller"),
    Person(role="creator", account="ci42", name="Release Bot"),
)
FACTS = sample.facts(
    sample.issue(1, "Ask anna", url="https://jira.tern.example/browse/KITE-1", people=PEOPLE),
)
GITHUB = sample.facts(sample.issue(7, "x", ref="kite#7"))
KNOWN = known(FACTS, hosts=("ci.tern.example",))
GONE = "[removed]"


def redactor(**more: bool) -> Redactor:
    """Return a redactor that knows the people above."""
    return Redactor(KNOWN, phrase=GONE, **more)


def cut(text: str) -> str:
    """Redact a text."""
    return redactor().redact(text).text


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Anna Schmidt's checkout", Kind.PERSON, "[removed]'s checkout"),
        ("Schmidt, Anna: login", Kind.PERSON, "[removed]: login"),
        ("ask A. Schmidt", Kind.PERSON, "ask [removed]"),
        ("ANNA SCHMIDT has it", Kind.PERSON, "[removed] has it"),
        ("José is here", Kind.PERSON, "[removed] is here"),
        ("with JOSE MULLER", Kind.PERSON, "with [removed]"),
        ("by Jean Luc O'Connor", Kind.PERSON, "by [removed]"),
        ("与王小明确认", Kind.PERSON, "与[removed]确认"),
        ("ask @mobile", Kind.PERSON, "ask [removed]"),
        ("aschmidt broke it", Kind.PERSON, "[removed] broke it"),
        ("w.wang and ci42 agree", Kind.PERSON, "[removed] and [removed] agree"),
        ("ａｎｎａ ｓｃｈｍｉｄｔ left", Kind.PERSON, "[removed] left"),
        ("An\u200bna Schmidt left", Kind.PERSON, "[removed] left"),
        ("write to joe@x.org", Kind.EMAIL, "write to [removed]"),
        ("write to joe (at) x.org", Kind.EMAIL, "write to [removed]"),
        ("write to joe [at] x.org", Kind.EMAIL, "write to [removed]"),
        ("also ＯＰＳ-1234", Kind.KEY, "also [removed]"),
        ("from 8.8.100.8 on", Kind.ADDRESS, "from [removed] on"),
        ("bind ::1 too", Kind.ADDRESS, "bind [removed] too"),
        ("bind fe80::1%eth0 too", Kind.ADDRESS, "bind [removed] too"),
        ("see KITE-17", Kind.KEY, "see [removed]"),
        ("see kite-17", Kind.KEY, "see [removed]"),
        ("branch fixKITE-17", Kind.KEY, "branch fix[removed]"),
        ("[KITE-1] Title", Kind.KEY, "[removed] Title"),
        ("also OPS-1234", Kind.KEY, "also [removed]"),
        ("see https://x.test/a?b=1, please", Kind.ADDRESS, "see [removed], please"),
        ("jira.tern.example is down", Kind.ADDRESS, "[removed] is down"),
        ("on db01.prod.tern.com:5432", Kind.ADDRESS, "on [removed]"),
        ("from 10.0.0.1 on", Kind.ADDRESS, "from [removed] on"),
        ("net 192.168.1.0/24", Kind.ADDRESS, "net [removed]"),
        ("bind fe80::1 too", Kind.ADDRESS, "bind [removed] too"),
        ("use localhost:8080", Kind.ADDRESS, "use [removed]"),
        (r"copy \\files\share over", Kind.ADDRESS, "copy [removed] over"),
        ("password: hunter2 works", Kind.ACCESS, "password: [removed] works"),
        ("use ghp_abcdefghijklmnopqrst0123456789", Kind.ACCESS, "use [removed]"),
        ("use AKIAIOSFODNN7EXAMPLE", Kind.ACCESS, "use [removed]"),
        ("rotate aB3dE5fG7hI9jK1lM3nO5", Kind.ACCESS, "rotate [removed]"),
        ("rotate aBcDeFgHiJkLmNoPqRsT", Kind.ACCESS, "rotate [removed]"),
        ("rotate a1b2c3d4e5f6g7h8i9j0", Kind.ACCESS, "rotate [removed]"),
        ("rotate a1b2c3d4e5f6-zz-abc-d", Kind.ACCESS, "rotate [removed]"),
        ("rotate a1b2c3d4e5f6g7-zz-zz-z", Kind.ACCESS, "rotate [removed]"),
        ("revert 5b10ac8d82e05b22cc7d4ef5a0b1c2d3", Kind.ACCESS, "revert [removed]"),
        ("密码：abc 不对", Kind.ACCESS, "密码：[removed] 不对"),
        ("Budget of 120k is gone", Kind.MONEY, "[removed] is gone"),
        ("pay US$ 1,200.50 now", Kind.MONEY, "pay [removed] now"),
        ("pay 12.000 € now", Kind.MONEY, "pay [removed] now"),
        ("pay EUR 12 000 now", Kind.MONEY, "pay [removed] now"),
        ("pay 20 million euros now", Kind.MONEY, "pay [removed] now"),
        ("支付3万元", Kind.MONEY, "支付[removed]"),
        ("预算30万已用完", Kind.MONEY, "[removed]已用完"),
        ("margin 18 % is low", Kind.MONEY, "[removed] is low"),
    ],
)
def test_takes_out_what_no_client_may_read(text: str, kind: Kind, expected: str) -> None:
    """Each kind is taken out, told by its name, and the words around it stay."""
    done = redactor().redact(text)
    assert done.text == expected
    assert set(done.found) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Release 2.0",
        "v1.2.3 and 1.2.3.4 and version 10.0.0.1",
        "UTF-8, ISO-27001, SHA-256, COVID-19",
        "Node.js, ASP.NET and README.md",
        "e.g. this, i.e. that",
        "std::vector at 12:30:45",
        "Meeting 2026-11-23 10:30",
        "internationalizationSupport2026Q4Release",
        "state-of-the-art-2026-of-it-a-1-2",
        "Basic authentication for the API",
        "120k users in 3 s",
        "Price list 2026",
        "50 % done",
        "String.format of %1$s",
        "mobile view, Will it be in May?",
        "C++ 17 and .NET 8.0",
        "Phase 2, step Q-3, note:10",
        "The release bot",
        "第2期 支付",
    ],
)
def test_leaves_what_only_looks_like_it(text: str) -> None:
    """Numbers of releases, names of standards and plain words stay as they are."""
    done = redactor().redact(text)
    assert (done.text, dict(done.found)) == (text, {})


@pytest.mark.parametrize("text", ["KITE-1", "[KITE-1]", "KITE-1, KITE-2", "KITE-1: Anna Schmidt", "€ 5"])
def test_a_text_of_which_nothing_else_is_left_is_empty(text: str) -> None:
    """What would only say that something was taken out says nothing: the title is closed."""
    assert cut(text) == ""


OTHERS = (
    Person(role="creator", account="j42", name="Bo Ito"),
    Person(role="creator", account="zito", name="Zoe Ito", email="ab1@tern.example"),
    Person(role="creator", account="", name="Maria del Pilar", email="okafor-7@tern.example"),
    Person(role="creator", account="", name="Nina Berg"),
    Person(role="creator", account="", name="Nina Berg Olsen"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ask B. Ito", "ask [removed]", id="an initial before a last name of three letters"),
        pytest.param("ask Zoe", "ask [removed]", id="a first name of three letters"),
        pytest.param("ask Maria Pilar", "ask [removed]", id="first and last of three names"),
        pytest.param("ask Nina Berg Olsen now", "ask [removed] now", id="the longer of two names"),
        pytest.param("j42 broke it", "[removed] broke it", id="an account of three characters"),
        pytest.param("zito broke it", "[removed] broke it", id="an account that holds a short last name"),
        pytest.param("ab1 broke it", "[removed] broke it", id="a local part of three characters"),
        pytest.param("okafor-7 broke it", "[removed] broke it", id="a local part unlike the name"),
        pytest.param("on buildbox since", "on [removed] since", id="a host that was configured"),
        pytest.param("on trackerbox since", "on [removed] since", id="the host of an issue's address"),
        pytest.param("in buildbox/kite since", "in [removed] since", id="a repository, whole"),
    ],
)
def test_takes_out_the_shortest_that_is_known(text: str, expected: str) -> None:
    """What is just long enough to be told from a word is taken out, and as much of it as is known."""
    source = SourceFacts(name="github:buildbox/kite", last_success_at=sample.NOW, complete=True, issues=1)
    one = sample.issue(1, "x", url="https://trackerbox/browse/KITE-1", people=OTHERS)
    made = known(sample.facts(one, sources=(source,)), hosts=("buildbox",))
    assert Redactor(made, phrase=GONE).redact(text).text == expected


def test_numbers_are_keys_where_issues_are_called_so() -> None:
    """`#12` is a key on GitHub and a number elsewhere."""
    there = Redactor(known(GITHUB), phrase=GONE)
    assert there.redact("fix #12 and acme/kite#3").text == "fix [removed] and [removed]"
    assert cut("the #1 wish") == "the #1 wish"


def test_money_stays_where_the_policy_opens_it() -> None:
    """The switch for money keeps amounts, and nothing else."""
    assert redactor(keeps_money=True).redact("5,000 € for KITE-1").text == "5,000 € for [removed]"


def test_tells_what_was_taken_out_once_for_each_field() -> None:
    """The project manager reads a line a field, however often it was asked for, without the value."""
    made = Redactions(redactor())
    for _ in range(2):
        made.text("KITE-2 and KITE-3 by Anna Schmidt", field="Goal.title", record="a")
    made.text("plain", field="Goal.title", record="b")
    assert made.lines({"a": "KITE-1"}) == ("Goal.title of KITE-1: issue key ×2, person ×1",)


@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_a_full_name_never_gets_through(before: str, after: str) -> None:
    """Whatever stands around it, a known name, key or address between blanks is not in what is left."""
    for value in ("Anna Schmidt", "KITE-4711", "anna.schmidt@tern.example", "https://jira.tern.example/x"):
        left = cut(f"{before} {value} {after}")
        assert value not in unicodedata.normalize("NFKC", left) or value in f"{before} {after}"


@given(text=st.text(max_size=120))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What was let through once is let through again, and nothing more is taken out."""
    once = cut(text)
    assert redactor().redact(once).text == once or GONE in once

"""Every rule, in every language: what, since when, how much, why, the dates, what to do, where to look."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.alerts.decide import decide
from connector.alerts.digest import digest
from connector.alerts.message import Message, compose
from connector.alerts.tellers import TELLERS
from connector.alerts.texts import LANGUAGES, speech
from connector.analysis.state import MilestoneState, ProjectState, Severity, Trend
from connector.store.alerts import AlertPhase, AlertState, AlertTransition
from tests.connector.alert_samples import Sample, apollo, samples
from tests.connector.alert_scenes import BERLIN, NOW, alerts, deviation
from tests.connector.inbox import Inbox, inbox
from tests.connector.test_cli_alerts import AGREEMENT
from tests.connector.workbench import Workbench, tracker

SAMPLES = samples()
EVERY = list(itertools.product(LANGUAGES, sorted(SAMPLES)))
HAN = re.compile("[\u4e00-\u9fff]")
ENGLISH_WORDS = re.compile(r"\b(the|and|of|is|are|since|milestone|agreed|working days?)\b", re.IGNORECASE)
FOREIGN = re.compile(r"`[^`]*`|Release 2: Checkout|401: [a-z ]*|40 of 80 [a-z ]*|550 [a-z ]*")
MEASURED = {"recall", "blocked_by"}
DIGESTS = {
    "en": """\
Apollo web shop: at risk. 2 alerts open, 1 begun and 1 ended since 16 Nov 2026, 08:00 Europe/Berlin.

Open:
- Milestone overdue: Release 2: Checkout (warning, since 30 Sep 2026)
- Issues that no rule placed: the project (warning, since 30 Sep 2026, known to Ann)

Ended:
- Goal without progress: Checkout

Look at: clientview status apollo, clientview alerts list apollo
""",
    "de": """\
Apollo web shop: gefährdet. 2 Meldungen offen, 1 neu und 1 beendet seit 16.11.2026, 08:00 Uhr (Europe/Berlin).

Offen:
- Meilenstein überfällig: Release 2: Checkout (Warnung, seit 30.09.2026)
- Issues ohne Zuordnung: das Projekt (Warnung, seit 30.09.2026, bekannt: Ann)

Beendet:
- Ziel ohne Fortschritt: Checkout

Mehr dazu: clientview status apollo, clientview alerts list apollo
""",
    "zh-CN": """\
Apollo web shop：有风险。自2026年11月16日 08:00（Europe/Berlin）以来：2 项未解除，新增 1 项，解除 1 项。

未解除：
- 里程碑逾期：Release 2: Checkout（警告，自2026年9月30日起）
- 未归类的记录：整个项目（警告，自2026年9月30日起，Ann 已知悉）

已解除：
- 目标没有进展：Checkout

查看详情：clientview status apollo，clientview alerts list apollo
""",
}


def message(sample: Sample, language: str, *, known: tuple[AlertState, ...] = ()) -> Message:
    """Compose what is told of one deviation."""
    judged = replace(apollo(), deviations=(sample.found,))
    decision = decide([sample.found] * (not known), known, now=NOW, is_first=False)
    (told,) = compose(decision, judged, BERLIN, speech(language))
    return told


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Workbench, Inbox]]:
    """Serve a project whose PM reads German, with a digest every Monday."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, inbox() as box:
        told = f'to = ["{box.url}"]\n  language = "de"\n  digest_cron = "0 8 * * mon"\n'
        bench.configure(server, more=f"{AGREEMENT}\n  [project.alerts]\n  {told}")
        yield bench, box


def test_there_is_a_sample_of_every_rule() -> None:
    """None is left out of what follows."""
    assert set(SAMPLES) == set(TELLERS)


@pytest.mark.parametrize(("language", "rule"), EVERY)
def test_a_message_has_all_its_parts(language: str, rule: str) -> None:
    """What it is, since when, how much, why, what it does to the dates, what can be done, how to see more."""
    say, sample = speech(language), SAMPLES[rule]
    text = message(sample, language).text
    title, *_ = text.splitlines()
    assert title == say.say(
        "title.fired",
        rule=say.say(f"rule.{rule}"),
        name=say.say("name.project") if sample.found.object == "project" else sample.found.object_name,
        level=say.say("level.warning"),
    )
    for part in (sample.since, sample.amount, sample.why, sample.effect):
        assert part(say)
        assert [value for value in part(say) if value not in text] == []
    remedies = text.partition(say.say("head.remedies"))[2]
    assert say.say(f"remedy.{rule}") in remedies
    assert sample.command in text.splitlines()[-1]
    assert say.say("any", name="") not in text


@pytest.mark.parametrize(("language", "rule"), [one for one in EVERY if one[0] != "en"])
def test_nothing_of_ours_is_left_in_english(language: str, rule: str) -> None:
    """What stands in a German or Chinese message in English is the tracker's, a command, or a reason."""
    text = message(SAMPLES[rule], language).text
    *told, _ = text.splitlines()
    ours = FOREIGN.sub("", "\n".join(told))
    assert ENGLISH_WORDS.findall(ours) == []
    assert bool(HAN.search(ours)) == (language == "zh-CN")


@pytest.mark.parametrize(("language", "rule"), EVERY)
def test_the_end_of_every_rule_is_told(language: str, rule: str) -> None:
    """As an all clear, by the name of what it was about, with how to see more."""
    say, sample = speech(language), SAMPLES[rule]
    told = message(sample, language, known=tuple(alerts(sample.found)))
    name = say.say("name.project") if sample.found.object == "project" else sample.found.object_name
    line = say.say(f"over.{rule}", names=name)
    assert say.say("title.resolved", rule=say.say(f"rule.{rule}"), name=name) in told.subject
    assert line.casefold() in told.text.casefold()
    assert told.severity is Severity.INFO


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fact_that_two_rules_share_is_told_once(language: str) -> None:
    """A release that slipped and is overdue and at risk has one forecast."""
    say = speech(language)
    found = tuple(SAMPLES[rule].found for rule in ("slipping", "overdue", "blocked", "goal_idle"))
    decision = decide(found, (), now=NOW, is_first=False)
    (told,) = compose(decision, replace(apollo(), deviations=found), BERLIN, say)
    dates = say.say("dates.by", on=dt.date(2026, 12, 18))
    assert told.text.count(dates) == 1


@pytest.mark.parametrize(
    ("language", "subject", "begin"),
    [
        ("en", "First look: {n} deviations", "This is the first look at Apollo web shop."),
        ("de", "Erster Blick: {n} Abweichungen", "Das ist der erste Blick auf „Apollo web shop“."),
        ("zh-CN", "首次检查：{n} 项偏差", "这是对“Apollo web shop”的首次检查。"),
    ],
)
def test_the_first_look_is_told_in_the_language(language: str, subject: str, begin: str) -> None:
    """All at once, counted, still readable on a phone."""
    found = tuple(sample.found for sample in SAMPLES.values())
    decision = decide(found, (), now=NOW, is_first=True)
    (told,) = compose(decision, replace(apollo(), deviations=found), BERLIN, speech(language))
    assert told.subject == f"[Apollo web shop] {subject.format(n=len(found))}"
    assert told.text.startswith(begin)
    assert len(told.text.splitlines()) < 45


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_digest_is_told_in_the_language(language: str) -> None:
    """What stands, what ended, who knows of it, and where to look."""
    open_ones = alerts(SAMPLES["overdue"].found, SAMPLES["unmapped"].found)
    known = [replace(one, acknowledged_by="Ann") if one.rule == "unmapped" else one for one in open_ones]
    ended = AlertTransition(
        rule="goal_idle",
        object=SAMPLES["goal_idle"].found.object,
        at=NOW,
        before="firing",
        after=AlertPhase.RESOLVED,
        severity=Severity.WARNING,
    )
    begun = replace(ended, rule="overdue", before="", after=AlertPhase.FIRING)
    told = digest(
        apollo(),
        known,
        (ended, begun),
        since=dt.datetime(2026, 11, 16, 7, 0, tzinfo=dt.UTC),
        due_at=NOW,
        zone=BERLIN.zone,
        speech=speech(language),
    )
    assert told is not None
    assert told.text == DIGESTS[language]


def _nothing_owed(judged: ProjectState) -> ProjectState:
    return replace(judged, picture=replace(judged.picture, client_actions=()))


def _release(judged: ProjectState, change: Callable[[MilestoneState], MilestoneState]) -> ProjectState:
    (release,) = judged.milestones
    return replace(judged, milestones=(change(release),))


def _unrated(judged: ProjectState) -> ProjectState:
    (risk,) = judged.picture.risks
    return replace(judged, picture=replace(judged.picture, risks=(replace(risk, likelihood=None),)))


def _turned(judged: ProjectState) -> ProjectState:
    return _release(judged, lambda one: replace(one, trend=Trend(moves=2, turns=1, total_days=4)))


UNKNOWN: dict[str, tuple[str, Callable[[ProjectState], ProjectState]]] = {
    "waiting.holds_nothing": ("waiting_on_client", _nothing_owed),
    "effect.unknown": ("waiting_on_client", _nothing_owed),
    "effect.none": ("goal_idle", lambda judged: replace(judged, milestones=())),
    "failed.never": ("sync_failed", lambda judged: replace(judged, sources=())),
    "rating.none": ("risk_unanswered", _unrated),
    "left.empty": ("overdue", lambda judged: _release(judged, lambda one: replace(one, total=0, done=0))),
    "net.back": ("volatile", _turned),
    "effect.never": (
        "slipping",
        lambda judged: _release(judged, lambda one: replace(one, trend=Trend(slope=1.0))),
    ),
    "risk.unmeasured": ("silently_at_risk", lambda judged: judged),
    "blocked.unlinked": ("blocked", lambda judged: judged),
}


@pytest.mark.parametrize(("language", "key"), list(itertools.product(LANGUAGES, UNKNOWN)))
def test_what_is_not_known_or_not_there_is_said(language: str, key: str) -> None:
    """No gap is passed over: who holds it, what waits for it, what it does to the dates."""
    rule, change = UNKNOWN[key]
    kept = {name: fact for name, fact in SAMPLES[rule].found.facts.items() if name not in MEASURED}
    found = replace(SAMPLES[rule].found, facts=kept)
    judged = replace(change(apollo()), deviations=(found,))
    (told,) = compose(decide([found], (), now=NOW, is_first=False), judged, BERLIN, speech(language))
    assert speech(language).say(key) in told.text


def test_growth_of_the_project_bears_on_its_last_milestone() -> None:
    """A milestone's own forecast stands without a name, another's with it."""
    judged = apollo()
    (release,) = judged.milestones
    last = replace(release, key="r3", name="Release 3", due_on=dt.date(2027, 3, 1))
    found = deviation("scope_dropped", "project")
    judged = replace(judged, milestones=(last, release), deviations=(found,))
    (told,) = compose(decide([found], (), now=NOW, is_first=False), judged, BERLIN)
    assert "Forecast for Release 3: by 18 Dec 2026, 85 %" in told.text


def test_a_sync_tells_in_the_language_of_the_configuration(office: tuple[Workbench, Inbox]) -> None:
    """From the file to the channel: message, digest and trial; commands stay as they are."""
    bench, box = office
    bench.do("sync")
    bench.add_story()
    bench.do("sync")
    bench.pass_days(7)
    bench.do("sync")
    bench.do("alerts", "test", "apollo")
    titles = [one["title"] for one in box.received]
    assert titles[-1] == "[Apollo web shop] Test des Kanals für Meldungen"
    assert any("Umfang gewachsen: R1 (" in title for title in titles)
    assert any("Überblick: " in title for title in titles)
    assert any("Was Sie tun können:" in one["message"] for one in box.received)
    assert not any("What can be done" in one["message"] for one in box.received)


def test_check_says_which_language_alerts_do_not_speak(office: tuple[Workbench, Inbox]) -> None:
    """No fault: they come in English; what can be spoken is named."""
    bench, _ = office
    bench.do("check")
    assert "alerts.language" not in bench.do("check").err
    text = bench.config.read_text(encoding="utf-8").replace('language = "de"', 'language = "fr"')
    bench.config.write_text(text, encoding="utf-8")
    ended = bench.run("check")
    assert ended.code == 0
    assert "project apollo: alerts.language: found fr; alerts speak en, de, zh-CN" in ended.err


@settings(max_examples=20)
@given(name=st.text(min_size=1, max_size=80))
def test_a_tracker_s_name_is_one_line_in_every_language(name: str) -> None:
    """Whatever it is called: braces, breaks and controls neither fail nor make lines of their own."""
    sample = SAMPLES["overdue"]
    plain, odd = (replace(sample, found=replace(sample.found, object_name=one)) for one in ("R2", f"R{name}"))
    for language in LANGUAGES:
        assert len(message(odd, language).text.splitlines()) == len(
            message(plain, language).text.splitlines()
        )


@pytest.mark.parametrize("rule", sorted(SAMPLES))
def test_a_rule_whose_facts_are_gone_is_told_plainly(rule: str) -> None:
    """An alert outlives its milestone, and facts of an older version may lack what is told today."""
    bare = deviation(rule, "gone")
    judged = replace(apollo(), milestones=(), goals=(), scope=(), deviations=(bare,))
    for language in LANGUAGES:
        (told,) = compose(decide([bare], (), now=NOW, is_first=False), judged, BERLIN, speech(language))
        assert speech(language).say(f"rule.{rule}") in told.subject
        assert speech(language).say(f"remedy.{rule}") in told.text

"""The wording file belongs to who fills it: an update adds and marks, and changes nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.wording import Worded
from connector.disclosure.wordingfile import GONE, Wanted, parse_wording, update
from mappings.errors import FaultsError

WANTED = (
    Wanted(name="APO-1", noun="goal, open", title="Checkout"),
    Wanted(name="shop#2", noun="risk, open", title="Vendor\nlate \u202e", lines=("title", "response")),
)
NAMES = frozenset({"APO-1", "shop#2"})
ALIVE = st.sets(st.sampled_from(["A-1", "A-2", "b#3", "ü 4", "5.6"]))


def test_a_new_file_has_an_empty_line_for_each_thing() -> None:
    """Each thing has its tracker title as a comment on one line, and empty lines to fill."""
    made = update("", WANTED, alive=NAMES, file="w.toml")
    assert made.text.endswith(
        '# goal, open: Checkout\n[APO-1]\ntitle = ""\n\n'
        '# risk, open: Vendor late\n["shop#2"]\ntitle = ""\nresponse = ""\n'
    )
    assert (made.added, made.empty, made.gone) == (2, 2, 0)
    assert parse_wording(made.text, file="w.toml") == {"APO-1": Worded(), "shop#2": Worded()}


def test_filled_lines_survive_with_order_and_comments() -> None:
    """What a person wrote stays as it is; what is new stands behind it."""
    mine = '# mine\n[APO-9] # why\ntitle = "Kept"\ntext = """\na\nb"""\n'
    made = update(mine, WANTED, alive={*NAMES, "APO-9"}, file="w.toml")
    assert made.text.startswith(mine)
    assert parse_wording(made.text, file="w.toml")["APO-9"] == Worded(title="Kept", text="a\nb")


def test_what_is_gone_is_kept_and_marked_and_unmarked_again() -> None:
    """A thing nobody would be told of keeps its lines under a mark, for as long as it is gone."""
    mine = '# goal\n[APO-9]\ntitle = "Kept"\n'
    marked = update(mine, (), alive=(), file="w.toml")
    assert marked.text == f'# goal\n{GONE}\n[APO-9]\ntitle = "Kept"\n'
    assert marked.gone == 1
    assert update(marked.text, (), alive=(), file="w.toml").text == marked.text
    assert update(marked.text, (), alive={"APO-9"}, file="w.toml").text == mine


def test_tells_every_fault_with_line_and_key() -> None:
    """An unknown key, a number for a text and a line without a table are told at once."""
    text = 'loose = "x"\n[APO-1]\ntitel = "x"\n[APO-2]\ntitle = 5\n'
    with pytest.raises(FaultsError) as caught:
        parse_wording(text, file="w.toml")
    told = [str(fault) for fault in caught.value.faults]
    assert [line.partition(": ")[0] for line in told] == ["w.toml:1", "w.toml:3", "w.toml:5"]
    assert "expected `title`" in told[1]
    with pytest.raises(FaultsError):
        update(text, WANTED, alive=NAMES, file="w.toml")


@given(first=ALIVE, second=ALIVE)
def test_every_update_keeps_every_line_and_settles(first: set[str], second: set[str]) -> None:
    """Over any two updates no table is lost, a second run changes nothing, and the file stays readable."""

    def wanted(names: set[str]) -> tuple[Wanted, ...]:
        return tuple(Wanted(name=name, noun="goal", title=name) for name in sorted(names))

    one = update("", wanted(first), alive=first, file="w.toml").text
    two = update(one, wanted(second), alive=second, file="w.toml").text
    assert set(parse_wording(two, file="w.toml")) == first | second
    assert update(two, wanted(second), alive=second, file="w.toml").text == two
    assert [line for line in two.splitlines() if line != GONE][: len(one.splitlines())] == one.splitlines()

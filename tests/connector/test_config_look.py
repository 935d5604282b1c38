"""Colours and logo of a publisher: what cannot be read or is no picture is refused when it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.config.colours import DARK, LIGHT, NAMES, TONES, colour_faults, contrast, pairs
from connector.config.logo import MOST_BYTES, data_address
from connector.disclosure.view import Image, Theme
from tests.connector.pictures import jpeg, png
from tests.connector.test_config import PROJECT, load
from tests.connector.test_config_faults import faults

STYLE = Path(__file__).parents[2] / "connector" / "publish" / "templates" / "styles.css.j2"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21.0, id="black on white"),
        pytest.param("#777777", "#ffffff", 4.48, id="a grey just too light for text"),
        pytest.param("#767676", "#ffffff", 4.54, id="the lightest grey for text"),
        pytest.param("#0000ff", "#ffffff", 8.59, id="blue"),
    ],
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    """Known pairs have the contrast that other tools give."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_a_colour_that_cannot_be_read_is_refused_with_figures(tmp_path: Path) -> None:
    """The fault names the contrast there is, the one needed, where, and a colour that would do."""
    text = f'[site]\n[site.colours]\naccent = "#f2a900"\n{PROJECT}'
    (told,) = faults(tmp_path, text)
    assert told == (
        "clientview.toml:3: site.colours.accent: found #f2a900, 1.87:1 as text on page #f6f7f8;"
        " expected at least 4.5:1, such as #966900"
    )


def test_the_example_of_the_reference_is_what_is_said(tmp_path: Path) -> None:
    """The fault printed in the reference is the one that is told."""
    reference = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
    (told,) = faults(tmp_path, f'[site]\n[site.colours]\naccent = "#f2a900"\n{PROJECT}')
    assert told.partition(": ")[2] in reference.read_text(encoding="utf-8")


@given(name=st.sampled_from(NAMES), colour=COLOURS)
def test_what_is_proposed_can_be_read(name: str, colour: str) -> None:
    """The colour that a fault proposes is itself accepted."""
    for _, _, wanted in colour_faults({name: colour}):
        proposed = wanted.rpartition(" ")[2]
        assert all(pair.ratio(proposed) >= pair.needed for pair in pairs(name))


@given(name=st.sampled_from(NAMES), colour=COLOURS)
def test_no_colour_below_the_guidelines_passes(name: str, colour: str) -> None:
    """A colour passes exactly if it has its contrast on every background it is laid on."""
    readable = all(contrast(colour, pair.value) >= pair.needed for pair in pairs(name))
    assert readable == (not list(colour_faults({name: colour})))


def test_every_colour_at_once_and_no_unknown_one(tmp_path: Path) -> None:
    """Each colour is told with its own line; a name that the style has not, with the nearest it has."""
    text = f'[site]\n[site.colours]\nacent = "#000000"\ngood = "#e6f4ec"\nbad-dark = "#43201d"\n{PROJECT}'
    told = faults(tmp_path, text)
    assert [one.split(": found")[0] for one in told] == [
        "clientview.toml:3: site.colours.acent",
        "clientview.toml:4: site.colours.good",
        "clientview.toml:5: site.colours.bad-dark",
    ]
    assert "perhaps 'accent'" in told[0]


def test_what_is_no_colour_is_refused_once(tmp_path: Path) -> None:
    """A word for a colour has no contrast to speak of."""
    (told,) = faults(tmp_path, f'[site]\ncolours = {{ accent = "red" }}\n{PROJECT}')
    assert told.endswith("found 'red'; expected a colour such as #1f5f8b")


def test_colours_may_be_written_in_capitals(tmp_path: Path) -> None:
    """What a designer's tool copies is accepted."""
    config = load(tmp_path, f'[site]\ncolours = {{ accent-dark = "#8EC5EE" }}\n{PROJECT}')
    assert config.site.colours == {"accent-dark": "#8ec5ee"}


def test_the_colours_of_the_house_pass() -> None:
    """What stands in the style without a choice could be chosen."""
    light, dark = _style_variables()
    house = {"accent": Theme().accent.value, "accent-dark": Theme().accent_dark.value}
    house |= {tone: light[tone] for tone in TONES if tone in light}
    house |= {f"{tone}-dark": dark[tone] for tone in TONES if tone in dark}
    assert list(colour_faults(house)) == []


def test_backgrounds_are_those_of_the_style() -> None:
    """Contrast is measured against what the page really lays a colour on."""
    light, dark = _style_variables()
    assert {name: light[name] for name in LIGHT} == dict(LIGHT)
    assert {name: dark[name] for name in DARK} == dict(DARK)


@pytest.mark.parametrize("content", [png(320, 80), jpeg(320, 80)], ids=["png", "jpeg"])
def test_a_logo_is_told_by_its_content(tmp_path: Path, content: bytes) -> None:
    """The name of the file says nothing; the page can embed what is accepted."""
    (tmp_path / "logo.bin").write_bytes(content)
    config = load(tmp_path, f'[site]\nlogo = "logo.bin"\n{PROJECT}')
    assert config.site.logo is not None
    assert Image(data_address(config.site.logo)).value.startswith("data:image/")


@pytest.mark.parametrize(
    ("content", "found", "wanted"),
    [
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "another kind", "PNG or JPEG", id="svg"),
        pytest.param(b"GIF89a" + bytes(20), "another kind", "PNG or JPEG", id="gif"),
        pytest.param(b"", "another kind", "PNG or JPEG", id="empty"),
        pytest.param(png(8, 8)[:20], "another kind", "PNG or JPEG", id="cut short"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x00", "another kind", "PNG or JPEG", id="a jpeg without picture"),
        pytest.param(png(2001, 1), "a picture of 2001 x 1 pixels", "1 to 2000 pixels", id="too wide"),
        pytest.param(jpeg(1, 0), "a picture of 1 x 0 pixels", "1 to 2000 pixels", id="no height"),
        pytest.param(png(1, 1) + bytes(MOST_BYTES), "bytes", f"at most {MOST_BYTES} bytes", id="too large"),
    ],
)
def test_what_is_no_small_picture_is_refused(tmp_path: Path, content: bytes, found: str, wanted: str) -> None:
    """A page carries its logo: only a small PNG or JPEG will do."""
    (tmp_path / "logo.png").write_bytes(content)
    (told,) = faults(tmp_path, f'[site]\nlogo = "logo.png"\n{PROJECT}')
    assert told.startswith("clientview.toml:2: site.logo: found ")
    assert found in told
    assert wanted in told


def test_a_logo_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As every path of the configuration."""
    (told,) = faults(tmp_path, f'[site]\nlogo = "logo.png"\n{PROJECT}')
    assert "expected an existing file" in told


def _style_variables() -> tuple[dict[str, str], dict[str, str]]:
    """Give the colours of the style by name: light mode, dark mode."""
    blocks = re.findall(r":root \{(.*?)\}\n", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return light, dark

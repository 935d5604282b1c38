"""Client text with emphasis is no leak of itself where a mail dresses its tags in styles."""

from __future__ import annotations

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import Disclosure

WRITTEN = "All papers are with them. **A second provider is prepared** and could take over."
TOLD = (
    "All papers are with them. A second provider is prepared and could take over.",
    "<p>All papers are with them. <strong>A second provider is prepared</strong> and could take over.</p>",
)
MAIL = TOLD[1].replace("<p>", '<p style="margin: 0">')


def leaks(page: str, *values: str) -> int:
    """Search a mail that tells the text for values; return how many leaks there are."""
    internal = [InternalValue(text, "Issue.fields[Client response]", "jira:issue:1") for text in values]
    manifest = [
        Disclosure(
            path="risks[k].response", text=text, source_field="Risk.client_response", record="", rule="r"
        )
        for text in TOLD
    ]
    return len(find_leaks({"email.html": page.encode()}, internal, manifest, fixed=("<p style=",)).leaks)


def test_what_is_told_with_emphasis_is_no_leak() -> None:
    """The field that holds the words, emphasis marked by stars, meets them in the mail: as it should."""
    assert leaks(MAIL, WRITTEN, "All papers are with them. ") == 0


def test_other_words_beside_them_are_one() -> None:
    """A value that goes on beyond what was told is found, whatever tags stand around it."""
    assert leaks(MAIL + "<p>Not a word to Acme</p>", "Not a word to Acme") == 1
    assert leaks(f"<p>{TOLD[0]} But they are late again.</p>", "over. But they are late again.") == 1

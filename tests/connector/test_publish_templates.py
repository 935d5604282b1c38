"""A template prints client-safe values or fails; there is no way round it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from markupsafe import Markup

from connector.disclosure.internal import InternalValue
from connector.disclosure.view import ClientText, Code, Image, Link, RichText
from connector.publish.environment import UnsafeValueError, page_environment, text_environment

SECRET = "s3cret-plan"


@dataclass(frozen=True)
class Record:
    """A record that found its way into the context of a template by mistake."""

    title: str = SECRET
    count: int = 3
    tags: tuple[str, ...] = (SECRET,)
    at: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def words(self) -> str:
        """Return an internal text."""
        return SECRET


CONTEXT = {
    "record": Record(),
    "secret": SECRET,
    "mapping": {"title": SECRET},
    "internal": InternalValue(SECRET, "Issue.title", "jira:issue:1"),
    "rich": RichText("<p>Fine <em>words</em></p>", "Fine words"),
    "link": Link("https://ok.example/page"),
    "image": Image("data:image/png;base64,iVBORw0KGgo="),
    "ok": ClientText("<Fine> & dandy", written=True),
    "absent": None,
    "truth": True,
}
MACRO = "{% macro box() %}<b>{{ ok }}</b>{% endmacro %}"
HOSTILE = {
    "a bare text": "{{ secret }}",
    "a text of a record": "{{ record.title }}",
    "an item of a mapping": "{{ mapping['title'] }}",
    "an element": "{{ record.tags[0] }}",
    "a tuple": "{{ record.tags }}",
    "a record": "{{ record }}",
    "a mapping": "{{ mapping }}",
    "a method's result": "{{ record.words() }}",
    "a date": "{{ record.at }}",
    "a truth": "{{ truth }}",
    "None": "{{ absent }}",
    "a choice": "{{ secret if truth else ok }}",
    "an or": "{{ absent or secret }}",
    "a loop": "{% for t in record.tags %}{{ t }}{% endfor %}",
    "letters of a text": "{% for c in secret %}{{ c }}{% endfor %}",
    "a letter": "{{ secret[0] }}",
    "a slice": "{{ secret[:3] }}",
    "a set variable": "{% set x = secret %}{{ x }}",
    "a with": "{% with x = secret %}{{ x }}{% endwith %}",
    "a macro's argument": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(secret) }}",
    "a caller": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ secret }}{% endcall %}",
    "a set block": "{% set x %}{{ secret }}{% endset %}{{ x }}",
    "adding": "{{ secret + secret }}",
    "adding to markup": MACRO + "{{ box() + secret }}",
    "formatting": "{{ '%s' % secret }}",
    "formatting markup": MACRO + "{{ box() % secret }}",
    "repeating": "{{ secret * 2 }}",
    "joining with a tilde": "{{ ok ~ secret }}",
    "joining markup with a tilde": MACRO + "{{ box() ~ secret }}",
    "a method of a text": "{{ secret.upper() }}",
    "format": "{{ '{}'.format(secret) }}",
    "join": "{{ ''.join(record.tags) }}",
    "join of markup": MACRO + "{{ box().join(record.tags) }}",
    "format of markup": MACRO + "{{ box().format(secret) }}",
    "replace of markup": MACRO + "{{ box().replace('b', secret) }}",
    "the safe filter": "{{ secret|safe }}",
    "the escape filter": "{{ secret|e }}",
    "the tojson filter": "{{ record.tags|tojson }}",
    "the join filter": "{{ record.tags|join }}",
    "the string filter": "{{ record.count|string }}",
    "the default filter": "{{ absent|default(secret, true) }}",
    "the attr filter": "{{ record|attr('title') }}",
    "the map filter": "{{ [record]|map(attribute='title')|join }}",
    "the xmlattr filter": "{{ mapping|xmlattr }}",
    "a filter block": "{% filter upper %}{{ ok }}{% endfilter %}",
    "the value behind a client text": "{{ ok.value }}",
    "the class of a text": "{{ secret.__class__ }}",
    "globals of a method": "{{ record.words.__globals__ }}",
    "an undefined name": "{{ nothing_like_it }}",
    "an undefined field": "{{ record.owner }}",
    "a global": "{{ range(3) }}",
    "cycler": "{{ cycler('a', 'b') }}",
    "dict": "{{ dict(a=secret) }}",
    "lipsum": "{{ lipsum() }}",
    "an internal value": "{{ internal }}",
    "an internal value revealed": "{{ internal.reveal() }}",
    "a revealed value in a macro": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(internal.reveal()) }}",
    "the name-mangled text": "{{ internal._InternalValue__value }}",
    "the markup behind rich text": "{{ rich.html }}",
    "the words behind rich text": "{{ rich.text }}",
    "rich text and a text": "{{ rich + secret }}",
    "rich text joined": "{{ rich ~ secret }}",
    "a paragraph's value": "{{ rich.paragraphs[0].value }}",
    "the address behind a link": "{{ link.value }}",
    "a link made of a text": "{{ link.__class__(secret) }}",
    "a link as a string": "{{ link|string }}",
    "a picture's value": "{{ image.value }}",
    "markup made of a text": MACRO + "{{ box().__class__(secret) }}",
    "markup unescaped": MACRO + "{{ box().unescape() }}{{ box().striptags() }}",
    "markup joined to itself": MACRO + "{{ box().join([secret, secret]) }}",
    "an attribute by its name": "{{ record['title'] }}",
    "a comparison's text": "{{ secret if secret > '' else ok }}",
    "a text in a list": "{{ [secret] }}",
    "a recursive loop": "{% for t in record.tags recursive %}{{ loop(t) }}{{ t }}{% endfor %}",
    "an import": "{% import 'secret.html.j2' as m %}{{ m }}",
    "a block's super": "{% block a %}{{ super() }}{{ secret }}{% endblock %}",
    "a namespace": "{{ namespace(a=secret).a }}",
    "self": "{{ self._TemplateReference__context.vars }}",
    "another template": "{% include 'records.html.j2' %}",
    "a template outside": "{% include '../../secret' %}",
    "autoescape off": "{% autoescape false %}{{ secret }}{% endautoescape %}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("environment", [page_environment, text_environment], ids=["page", "text"])
def test_a_hostile_template_raises(environment: object, source: str) -> None:
    """Whatever a template tries with a value that is not client-safe, it prints nothing at all."""
    assert callable(environment)
    with pytest.raises(Exception, match=r".") as caught:  # of several kinds: syntax, sandbox, ours
        environment().from_string(source).render(CONTEXT)
    assert SECRET not in str(caught.value)


def test_the_error_is_swallowed_by_nothing() -> None:
    """The leak error is neither TypeError nor ValueError, which the template language catches."""
    assert not issubclass(UnsafeValueError, TypeError | ValueError)


def test_leaves_are_printed_as_what_they_are() -> None:
    """Rich text as the markup that disclosure cleaned, links and pictures as their addresses."""
    rendered = page_environment().from_string("{{ rich }} {{ link }} {{ image }}").render(CONTEXT)
    assert rendered == "<p>Fine <em>words</em></p> https://ok.example/page data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://a.example",
        "https://a.example/\" onclick=\"x",
        "data:text/html,x", "//evil.example", "https://a.example/ x", "https://a.example/\n",
        "mailto:a@b\r\nBcc: c",
        "https://a.example/<script>", "file:///etc/passwd", "../../x//y", "ftp://a.example", "http://a.example",
        "vbscript:x", "", "java\tscript:x", "https://a.example/'x", "mailto:a@b.example?cc=c@d.example\\",
    ],
)  # fmt: skip
def test_a_link_that_is_not_plainly_harmless_cannot_be_made(address: str) -> None:
    """Another scheme, another host by two slashes, a quotation mark, white space, a bracket: refused."""
    with pytest.raises(ValueError, match="another kind of address"):
        Link(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.png", "data:image/svg+xml;base64,PHN2Zz4=", "data:image/png,x", "x.png",
        "data:image/png;base64,iVB\"onerror", "data:image/png;base64,", "data:text/html;base64,PHN2Zz4=",
    ],
)  # fmt: skip
def test_a_picture_that_is_not_inside_the_page_cannot_be_made(address: str) -> None:
    """A picture of a host, a drawing with script, anything but PNG and JPEG: refused."""
    with pytest.raises(ValueError, match="another kind of picture"):
        Image(address)


def test_client_text_is_printed_escaped() -> None:
    """A client text appears as text, never as markup."""
    assert page_environment().from_string("{{ ok }}").render(CONTEXT) == "&lt;Fine&gt; &amp; dandy"


def test_client_text_is_escaped_for_markdown() -> None:
    """In Markdown a client text can form no heading, link, image or markup."""
    rendered = (
        text_environment().from_string("{{ ok }}").render(ok=ClientText("# [a](javascript:b) <img> *c*"))
    )
    assert rendered == r"\# \[a\]\(javascript:b\) &lt;img&gt; \*c\*"


def test_numbers_codes_and_macros_are_printed() -> None:
    """Numbers, states and what the templates' own macros made are printed."""
    source = MACRO + "{{ 3 }} {{ code }} {{ box() }}"
    rendered = page_environment().from_string(source).render({**CONTEXT, "code": Code.DONE})
    assert rendered == "3 done <b>&lt;Fine&gt; &amp; dandy</b>"


def test_a_client_text_is_no_str() -> None:
    """No operation on a client text yields a bare text."""
    text = ClientText("words")
    assert str not in type(text).__mro__
    with pytest.raises(TypeError):
        text + "more"  # type: ignore[operator]  # that is the point
    assert Markup.escape(text.value) == "words"

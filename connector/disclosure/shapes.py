"""Finds mail addresses, hosts and other addresses, issue keys and amounts of money in a line of text.

Every function yields start and end of what it found; spans may overlap. Numbers of releases (`2.0`,
`1.2.3`) are no hosts, names of standards (`UTF-8`, `ISO-27001`) no keys; the rules stand beside the
patterns.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from connector.disclosure.known import Known

Span = tuple[int, int]

_EMAIL: Final = re.compile(r"[\w.%+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")

_URL: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"'`（）【】，。；]*[^\s<>\"'`（）【】，。；.,;:!?)\]}]"
    r"|\\\\[\w.$-]+(?:\\[\w.$-]+)*",
    re.IGNORECASE,
)
_TOP: Final = (
    "com|net|org|edu|gov|mil|info|biz|io|dev|app|cloud|ai|co|me|tv|eu|us|uk|de|fr|at|ch|nl|be|it|es|pl|se|no"
    "|dk|fi|cz|ru|cn|hk|tw|jp|kr|in|au|nz|ca|br|mx|za|sg"
    "|local|localdomain|internal|intranet|corp|lan|home|private|svc|cluster|test|example|invalid|onion|arpa"
)
_HOST: Final = re.compile(
    rf"(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TOP})(?![\w-]|\.\w)(?::\d+)?"
    r"(?:/(?:[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])?)?",
    re.IGNORECASE,
)
_PRODUCTS: Final = frozenset({"asp.net", "ado.net", "vb.net", "ml.net", "socket.io", "draw.io"})  # no hosts
_PORT: Final = re.compile(
    r"(?<![\w.:-])(?:localhost:\d{2,5}|[a-z][a-z0-9-]*[a-z0-9]:(?!19|20)\d{4,5})(?![\w:])", re.IGNORECASE
)
_NUMBERS: Final = re.compile(
    r"(?P<release>\b(?:v|ver|version|release|rel|build)[\s.:]*)?(?<![\w.])"
    r"(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)(?:/\d{1,2})?(?::\d+)?",
    re.IGNORECASE,
)
_COLONS: Final = re.compile(r"(?<![\w:.])[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*(?:%\w+)?(?:/\d+)?", re.IGNORECASE)

_ANY_KEY: Final = re.compile(r"(?<![^\W_])(?P<prefix>[A-Z][A-Z0-9_]{1,9})[-‐‑–]\d+(?!\d)")
_STANDARDS: Final = re.compile(  # PREFIX-number that is no key, unless the project's own keys begin so
    r"(?:AES|ANSI|ARM|BS|CMMI|COVID|CSS|CVE|CWE|DIN|ECMA|EN|ES|FIPS|GPT|HTML|HTTP|IEC|IEEE|IFRS|IPV|ISO|JPEG"
    r"|MD|MP|MPEG|NIST|PCI|PDF|RFC|RSA|SHA|SOC|SSL|TLS|USB|UTC|UTF|VAT|WCAG|WIN)\d*"
)
_NUMBER_KEY: Final = re.compile(r"(?<![\w&#])#\d+\b|\bGH-\d+\b")
_REPOSITORY_KEY: Final = re.compile(r"(?<![\w./-])(?:[\w.-]+/)?[\w.-]+#\d+\b")

_AMOUNT: Final = r"\d+(?:[.,' \u00a0\u202f]\d{2,3})*(?:[.,]\d+)?(?:[.,]?[-–]+)?"
_SCALE: Final = (
    r"(?:\s?(?:(?:k|m|mn|mio\.?|bn|b|tsd\.?|mrd\.?|thousand|million(?:en)?|billion|tausend)(?![a-zäöüß])"
    r"|[千万亿]|百万))?"
)
_SIGN: Final = r"[$€£¥₹₽₩₺₴₿￥]"
_CODE: Final = r"(?:EUR|USD|GBP|CHF|CNY|RMB|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|HKD|SGD|KRW|BRL|ZAR|TWD)"
_NAME: Final = (
    r"(?:euros?|cents?|dollars?|bucks|pounds?(?:\s+sterling)?|francs?|franken|yuan|renminbi|yen|rupees?"
    r"|kronor|kroner|zloty|元|块钱|人民币|美元|欧元|日元|港元|港币|英镑)"
)
_BUDGET: Final = (
    r"(?:budget|invoice|price|cost|costs|fee|fees|rate|margin|discount|penalty|preis|kosten|rechnung|honorar"
    r"|stundensatz|tagessatz|marge|rabatt|预算|费用|价格|报价|单价|成本|金额|合同额)"
)
_SUM: Final = rf"(?:{_AMOUNT}\s?[km]\b|\d[\d.,' ]*\d{{3}}\b|\d+(?:[.,]\d+)?\s?[%％])"  # 120k, 12000, 18 %
_MONEY: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:US|A|C|HK|NZ|S)?{_SIGN}\s?[-−]?{_AMOUNT}{_SCALE}",  # €120k, US$ 1,200.50
        rf"(?<![%A-Za-z0-9_.]){_AMOUNT}{_SCALE}\s?{_SIGN}",  # 12.000 €
        rf"(?<![^\W\d_]){_CODE}\s?{_AMOUNT}{_SCALE}",  # EUR 12 000
        rf"(?<![%A-Za-z0-9_.]){_AMOUNT}{_SCALE}\s?(?:{_CODE}(?![^\W\d_])|{_NAME}(?![a-z]))",  # 3万元
        rf"{_BUDGET}(?![a-z])\W{{0,3}}(?:(?:of|is|von|ist|up\sto|bis)\s)?{_SUM}",  # budget of 120k
        rf"{_BUDGET}\s?[:：]?\s?{_AMOUNT}[千万亿]",  # 预算30万
    )
)


def email_spans(text: str) -> Iterator[Span]:
    """Find mail addresses, also as `name (at) host.tld`."""
    if "@" in text or "at)" in text or "at]" in text:
        yield from (found.span() for found in _EMAIL.finditer(text))


def address_spans(text: str, known: Known) -> Iterator[Span]:
    """Find URLs, UNC paths, host names, ports, IP addresses, and the hosts and repositories of the project.

    A host name ends in one of the domains of `_TOP` and is no product's name. Four numbers are an IP
    address unless `version` or the like stands before them, or all are below 100 and it is no
    private address: `10.0.0.1` is one, `2.0.1.4` a release.
    """
    for pattern in (_URL, _PORT):
        yield from (found.span() for found in pattern.finditer(text))
    if "." in text:
        hosts = (found for found in _HOST.finditer(text) if found.group().casefold() not in _PRODUCTS)
        yield from (found.span() for found in hosts)
        yield from (
            (found.start("ip"), found.end()) for found in _NUMBERS.finditer(text) if _is_address(found)
        )
    if ":" in text:
        yield from (found.span() for found in _COLONS.finditer(text) if _is_ipv6(found.group()))
    if known.places:
        yield from (found.span() for found in _literal(known.places).finditer(text))


def key_spans(text: str, known: Known) -> Iterator[Span]:
    """Find issue keys: with the project's prefixes in any case, or any that is written like one.

    `#12` is a key where the project's issues are called so.
    """
    for found in _ANY_KEY.finditer(text):
        if found["prefix"] in known.prefixes or not _STANDARDS.fullmatch(found["prefix"]):
            yield found.span()
    if known.prefixes:
        yield from (found.span() for found in _prefixed(known.prefixes).finditer(text))
    if known.has_numbers:
        for pattern in (_NUMBER_KEY, _REPOSITORY_KEY):
            yield from (found.span() for found in pattern.finditer(text))


def money_spans(text: str) -> Iterator[Span]:
    """Find amounts with a currency, and numbers behind words such as `budget`."""
    if not any(char.isdigit() for char in text):
        return
    for pattern in _MONEY:
        yield from (found.span() for found in pattern.finditer(text))


def _is_address(found: re.Match[str]) -> bool:
    if found["release"]:
        return False
    try:
        address = ipaddress.ip_address(found["ip"])
    except ValueError:
        return False
    return address.is_private or any(int(part) >= 100 for part in found["ip"].split("."))


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.ip_interface(text.partition("%")[0])
    except ValueError:
        return False
    return len(text) > 2  # `::` alone is how people write a name space


@functools.lru_cache(maxsize=64)
def _literal(places: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, places))})(?![\w-])", re.IGNORECASE)


@functools.lru_cache(maxsize=64)
def _prefixed(prefixes: frozenset[str]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(prefixes)))
    inside = rf"(?-i:(?<=[a-z])(?:{words}))"  # `fixAPO-17`
    return re.compile(rf"(?:(?<![^\W_])(?:{words})|{inside})[-_‐‑–]\d+(?!\d)", re.IGNORECASE)

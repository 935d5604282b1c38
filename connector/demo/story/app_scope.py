"""The app beside the shop: its cards, as they stand in the GitHub repository acme/apollo-app."""

from __future__ import annotations

from collections.abc import Mapping

from connector.demo.story.card import Card, Words

BETA = "App beta"
LAUNCH = "App launch"

GOALS: Mapping[str, Card] = {
    "pocket": Card(
        summary="Native shell around the shop",
        raised=-72,
        labels=("epic",),
        words=Words(
            title="The shop in your pocket",
            text="The whole shop on both kinds of phone, with one basket shared between phone and desk.",
        ),
    ),
    "offers": Card(
        summary="Push + deep links",
        raised=-72,
        labels=("epic",),
        words=Words(
            title="Customers hear of offers they care about",
            text="Messages on the phone, only to those who asked for them, and never more than one a day.",
        ),
    ),
}

WORK: Mapping[str, Card] = {
    "skeleton": Card(summary="App skeleton, CI", under="pocket", release=BETA, raised=-70, ended=-62),
    "catalog": Card(summary="Catalog screens", under="pocket", release=BETA, raised=-70, ended=-50),
    "search": Card(summary="Search screen", under="pocket", release=BETA, raised=-70, ended=-41),
    "sync": Card(summary="Basket sync with web session", under="pocket", release=BETA, raised=-69, ended=-22),
    "checkout": Card(summary="Checkout in web view", under="pocket", release=BETA, raised=-69),
    "offline": Card(summary="Offline banner", under="pocket", release=BETA, raised=-69, ended=-33),
    "crash": Card(summary="Crash reporting", under="pocket", release=BETA, raised=-68, ended=-30),
    "signing": Card(summary="Store signing keys", under="pocket", release=BETA, raised=-68),
    "rotate": Card(
        summary="Basket lost on rotation", under="pocket", release=BETA, raised=-18, ended=-9, labels=("bug",)
    ),
    "opt-in": Card(summary="Push opt-in screen", under="offers", release=LAUNCH, raised=-67),
    "topics": Card(summary="Topics per category", under="offers", release=LAUNCH, raised=-67),
    "links": Card(summary="Deep links from mails", under="offers", release=LAUNCH, raised=-67, ended=-13),
    "quiet": Card(summary="Quiet hours for push", under="offers", release=LAUNCH, raised=-66),
    "listing": Card(summary="Store listing texts", under="pocket", release=LAUNCH, raised=-66),
    "tablet": Card(
        summary="Tablet layout",
        under="pocket",
        release=LAUNCH,
        raised=-66,
        ended=-24,
        resolution="not_planned",
    ),
    "scanner": Card(
        summary="Barcode scanner",
        under="pocket",
        release=LAUNCH,
        raised=-15,
        labels=("client-request",),
        description="Sales promised this to them at the fair. 3 days at least, not paid.",
    ),
    "dark": Card(summary="Dark mode", under="pocket", release=LAUNCH, raised=-11, labels=("client-request",)),
    "twice": Card(
        summary="Same as #10", raised=-17, ended=-16, resolution="duplicate", labels=("bug",), by="tomasz-z"
    ),
}

TALK: Mapping[str, Card] = {
    "review": Card(
        summary="Store review may reject web view checkout",
        raised=-20,
        labels=("risk",),
        likelihood="Medium",
        impact="High",
        response="Build the three checkout screens natively if they reject; Aiko has a spike.",
        words=Words(
            title="The app stores may ask for changes before they admit the app",
            text="Their review takes up to two weeks, and a second round as long again.",
            response="We hand in an early version, so that their remarks reach us before the launch.",
        ),
    ),
    "account": Card(
        summary="Store accounts in Acme's name (waiting since forever)",
        raised=-14,
        labels=("client-action",),
        needed=3,
        words=Words(
            title="Open the two app store accounts in the name of Acme",
            text="It takes your legal department a signature and about a week of waiting.",
        ),
    ),
    "icon": Card(
        summary="They hate the icon",
        raised=-10,
        labels=("feedback", "triaged"),
        words=Words(title="The app's icon is hard to tell from others"),
    ),
    "burn": Card(
        summary="App budget: 31,500 EUR of 30,000 spent",
        raised=-6,
        labels=("internal",),
        description="Do not discuss in the weekly with Acme.",
    ),
}

PULLS: tuple[tuple[str, int, int | None], ...] = (
    ("Set up the skeleton", -66, -62),
    ("Catalog screens, first half", -58, -54),
    ("Catalog screens, second half", -53, -50),
    ("Share the basket with the web session", -27, -22),
    ("Keep the basket on rotation", -11, -9),
    ("Open links from mails", -15, -13),
    ("WIP: checkout in a web view", -7, None),
)
"""Pull requests: title, day opened, day closed. They are no scope."""

"""The web shop: its four goals, and the work agreed and added since. Tracker language, for the team."""

from __future__ import annotations

from collections.abc import Mapping

from connector.demo.story.card import Card, Words

R1 = "Release 1: Catalogue"
R2 = "Release 2: Checkout"
R3 = "Release 3: Customer accounts"

GOALS: Mapping[str, Card] = {
    "search": Card(
        summary="EPIC Catalogue & search",
        type="Epic",
        raised=-92,
        started=-82,
        ended=-30,
        words=Words(
            title="Shoppers find what they are looking for",
            text="Every product of the range, with pictures and filters, found by search in a second.",
        ),
    ),
    "checkout": Card(
        summary="EPIC Checkout",
        type="Epic",
        raised=-92,
        started=-55,
        words=Words(
            title="Buying takes less than two minutes",
            text="From basket to confirmation without an account, with the payment methods people expect.",
        ),
    ),
    "accounts": Card(
        summary="EPIC Accounts + loyalty",
        type="Epic",
        raised=-92,
        words=Words(
            title="Customers come back",
            text="An account that remembers orders and addresses, and points worth coming back for.",
        ),
    ),
    "operations": Card(
        summary="EPIC CMS, ops, handover",
        type="Epic",
        raised=-92,
        started=-60,
        words=Words(
            title="Acme's own team runs the shop",
            text="Editors publish without developers, and operations know what to do when something stops.",
        ),
    ),
}

CATALOGUE: Mapping[str, Card] = {
    "list": Card(
        summary="PLP with facets",
        under="search",
        release=R1,
        points=5,
        raised=-88,
        started=-80,
        ended=-72,
        description="Facets from the PIM attributes. The mapping has ole.brandt@acme-gmbh.example.",
    ),
    "detail": Card(
        summary="PDP template", under="search", release=R1, points=5, raised=-88, started=-78, ended=-70
    ),
    "index": Card(
        summary="Search index on PIM export",
        under="search",
        release=R1,
        points=8,
        raised=-88,
        started=-74,
        ended=-61,
    ),
    "suggest": Card(
        summary="Typeahead", under="search", release=R1, points=3, raised=-87, started=-61, ended=-55
    ),
    "categories": Card(
        summary="Category pages from CMS",
        under="search",
        release=R1,
        points=5,
        raised=-87,
        started=-69,
        ended=-59,
    ),
    "pictures": Card(
        summary="Image pipeline, 4 renditions",
        under="search",
        release=R1,
        points=5,
        raised=-87,
        started=-66,
        ended=-52,
    ),
    "home": Card(
        summary="Home with editorial slots",
        under="operations",
        release=R1,
        points=3,
        raised=-86,
        started=-58,
        ended=-47,
    ),
    "consent": Card(
        summary="Cookie banner",
        type="Task",
        under="operations",
        release=R1,
        points=2,
        raised=-86,
        started=-50,
        ended=-44,
    ),
    "markup": Card(
        summary="schema.org markup",
        type="Task",
        under="search",
        release=R1,
        points=3,
        raised=-84,
        started=-48,
        ended=-41,
    ),
    "staging": Card(
        summary="Staging environment",
        type="Task",
        under="operations",
        release=R1,
        points=3,
        raised=-88,
        started=-82,
        ended=-76,
    ),
    "a11y": Card(
        summary="A11y pass PLP/PDP", under="search", release=R1, points=3, raised=-82, started=-42, ended=-35
    ),
    "back-button": Card(
        summary="Facets lose state on browser back",
        type="Bug",
        under="search",
        release=R1,
        points=2,
        raised=-40,
        started=-38,
        ended=-34,
        by="tomasz",
    ),
}

CHECKOUT: Mapping[str, Card] = {
    "basket": Card(
        summary="Basket, live stock check",
        under="checkout",
        release=R2,
        points=5,
        raised=-84,
        started=-54,
        ended=-45,
    ),
    "guest": Card(
        summary="Guest checkout", under="checkout", release=R2, points=5, raised=-84, started=-46, ended=-37
    ),
    "address": Card(
        summary="Address form + validation",
        under="checkout",
        release=R2,
        points=3,
        raised=-84,
        started=-44,
        ended=-36,
    ),
    "delivery": Card(
        summary="Shipping methods and cost table",
        under="checkout",
        release=R2,
        points=5,
        raised=-84,
        started=-36,
        ended=-27,
    ),
    "card": Card(
        summary="Paylane card payment",
        under="checkout",
        release=R2,
        points=8,
        raised=-83,
        started=-33,
        description="Contract is ours, EUR 0.21 a transaction. Do not tell them the kickback.",
    ),
    "wallet": Card(summary="Paylane wallets", under="checkout", release=R2, points=5, raised=-83),
    "mail": Card(
        summary="Order confirmation mail",
        under="checkout",
        release=R2,
        points=3,
        raised=-83,
        started=-26,
        ended=-20,
    ),
    "range": Card(
        summary="Order number range",
        type="Task",
        under="checkout",
        release=R2,
        points=1,
        raised=-83,
        started=-30,
        ended=-29,
    ),
    "erp": Card(
        summary="ERP order transfer", under="checkout", release=R2, points=8, raised=-83, started=-24
    ),
    "vat": Card(
        summary="EU VAT rules", under="checkout", release=R2, points=5, raised=-82, started=-19, ended=-11
    ),
    "voucher": Card(
        summary="Voucher codes",
        under="checkout",
        release=R2,
        points=5,
        raised=-82,
        ended=-20,
        resolution="Won't Do",
    ),
    "returns": Card(summary="Returns form", under="checkout", release=R2, points=3, raised=-82),
    "legal": Card(
        summary="T&C, privacy, imprint pages",
        type="Task",
        under="operations",
        release=R2,
        points=2,
        raised=-82,
    ),
    "load": Card(
        summary="Load test checkout 300 rps", type="Task", under="checkout", release=R2, points=3, raised=-82
    ),
}

ADDED: Mapping[str, Card] = {
    "wrapping": Card(
        summary="Gift wrap option",
        under="checkout",
        release=R2,
        points=3,
        raised=-38,
        started=-32,
        ended=-25,
        labels=("client-request",),
        description="Ole asked on the phone, nobody wrote it down. We do it for free?? about 2,400 EUR.",
    ),
    "estimate": Card(
        summary="ETA in basket",
        under="checkout",
        release=R2,
        points=3,
        raised=-29,
        started=-23,
        ended=-16,
        labels=("client-request",),
    ),
    "later": Card(
        summary="Save-for-later list",
        under="checkout",
        release=R2,
        points=5,
        raised=-22,
        started=-10,
        labels=("client-request",),
    ),
    "invoice": Card(summary="B2B invoice payment", under="checkout", release=R2, points=8, raised=-16),
    "limit": Card(summary="B2B credit limit check", under="checkout", release=R2, points=5, raised=-16),
    "gross": Card(
        summary="Basket adds VAT twice for CH",
        type="Bug",
        under="checkout",
        release=R2,
        points=2,
        raised=-14,
        started=-13,
        ended=-10,
        by="tomasz",
    ),
    "second": Card(
        summary="2nd shipping address",
        under="checkout",
        release=R2,
        points=3,
        raised=-8,
        started=-4,
        labels=("client-request",),
    ),
    "gift-buy": Card(
        summary="Gift card purchase flow",
        under="checkout",
        release=R2,
        points=5,
        raised=-31,
        started=-21,
        ended=-12,
    ),
    "gift-redeem": Card(
        summary="Gift card redemption",
        under="checkout",
        release=R2,
        points=5,
        raised=-31,
        started=-11,
        ended=-3,
    ),
    "gift-balance": Card(
        summary="Gift card balance page", under="checkout", release=R2, points=3, raised=-30, started=-3
    ),
}

ACCOUNTS: Mapping[str, Card] = {
    "sign-up": Card(
        summary="Sign-up, double opt-in", under="accounts", release=R3, points=5, raised=-81, started=-5
    ),
    "history": Card(summary="Order history", under="accounts", release=R3, points=3, raised=-81),
    "saved": Card(summary="Stored addresses", under="accounts", release=R3, points=2, raised=-81),
    "reset": Card(summary="Password reset", under="accounts", release=R3, points=2, raised=-81),
    "newsletter": Card(summary="Newsletter opt-in", under="accounts", release=R3, points=3, raised=-80),
    "collect": Card(summary="Loyalty: earn", under="accounts", release=R3, points=8, raised=-80),
    "redeem": Card(summary="Loyalty: burn", under="accounts", release=R3, points=5, raised=-80),
    "wishlist": Card(summary="Wishlist", under="accounts", release=R3, points=3, raised=-80),
    "sharing": Card(
        summary="Share wishlist by link",
        under="accounts",
        release=R3,
        points=3,
        raised=-80,
        ended=-18,
        resolution="Won't Do",
    ),
    "training": Card(
        summary="Editor training, 2 half days",
        type="Task",
        under="operations",
        release=R3,
        points=3,
        raised=-80,
    ),
    "handbook": Card(
        summary="Ops handbook", type="Task", under="operations", release=R3, points=3, raised=-80
    ),
    "alarms": Card(
        summary="Monitoring + on-call",
        type="Task",
        under="operations",
        release=R3,
        points=5,
        raised=-79,
        started=-9,
        ended=-2,
    ),
}

PARTS: Mapping[str, Card] = {
    "card-3ds": Card(
        summary="3-D Secure redirect", type="Sub-task", under="card", raised=-33, started=-30, ended=-22
    ),
    "card-refund": Card(summary="Refund call", type="Sub-task", under="card", raised=-33, started=-12),
    "card-keys": Card(summary="Live keys from Paylane", type="Sub-task", under="card", raised=-20),
}

SCOPE: Mapping[str, Card] = {**CATALOGUE, **CHECKOUT, **ADDED, **ACCOUNTS, **PARTS}
"""All work of the web shop by handle."""

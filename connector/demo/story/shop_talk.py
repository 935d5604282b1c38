"""The web shop: what team and client say to each other, and what the team says among itself."""

from __future__ import annotations

from collections.abc import Mapping

from connector.demo.story.card import Card, Words
from connector.demo.story.shop_scope import R3

RISKS: Mapping[str, Card] = {
    "provider": Card(
        summary="Paylane onboarding late again",
        type="Risk",
        raised=-60,
        started=-30,
        likelihood="High",
        impact="High",
        response="Jonas calls them every Tuesday. If no live keys by mid month, switch to Kontora.",
        words=Words(
            title="The payment provider may approve the shop late",
            text="Without their approval no real payment is possible, and release 2 cannot open.",
            response="All papers are handed in, and we test with their rehearsal system meanwhile. "
            "**A second provider is prepared** and could take over within a week.",
        ),
    ),
    "provider-papers": Card(
        summary="Get the Paylane papers out of Jonas's drawer",
        type="Sub-task",
        under="provider",
        raised=-50,
        ended=-24,
        words=Words(title="All papers handed in"),
    ),
    "provider-second": Card(
        summary="Kontora sandbox, in secret",
        type="Sub-task",
        under="provider",
        raised=-30,
        started=-12,
        words=Words(title="A second provider tried out"),
    ),
    "data": Card(
        summary="PIM data is a mess",
        type="Risk",
        raised=-70,
        started=-64,
        likelihood="Medium",
        impact="Medium",
        response="Nightly report of gaps to Acme; Aiko stops cleaning up after them.",
        words=Words(
            title="Product texts and pictures may arrive incomplete",
            text="About one product in eight still lacks a picture or a description.",
            response="You get a list of the gaps every Monday; products without a picture stay hidden.",
        ),
    ),
    "peak": Card(
        summary="No budget for a real load test",
        type="Risk",
        raised=-28,
        likelihood="Medium",
        impact="High",
        response="Test on weekend hours, ask for two more days in the next round.",
        words=Words(
            title="More visitors than expected on opening day",
            response="We rehearse with ten times the usual visitors before release 2 opens.",
        ),
    ),
    "people": Card(
        summary="Jonas has an offer from Halden AG, may leave",
        type="Risk",
        raised=-19,
        likelihood="Medium",
        impact="High",
        response="Mira talks to him before the quarter ends. Not a word to Acme.",
    ),
}

REQUESTS: Mapping[str, Card] = {
    "gift-cards": Card(
        summary="CR-01 gift cards (13 SP, 9,600 EUR)",
        type="Change Request",
        raised=-34,
        ended=-26,
        end_status="Approved",
        resolution="",
        words=Words(
            title="Gift cards: buy, redeem, see the balance",
            text="Replaces the voucher codes that were agreed first. Moves release 2 by two weeks.",
        ),
    ),
    "business": Card(
        summary="CR-02 B2B invoice (13 SP, 10,400 EUR)",
        type="Change Request",
        raised=-17,
        words=Words(
            title="Payment by invoice for business customers",
            text="Asked for by your sales team. Includes a credit limit for each customer.",
        ),
    ),
    "chat": Card(
        summary="CR-03 chat widget",
        type="Change Request",
        raised=-42,
        ended=-37,
        end_status="Rejected",
        resolution="Won't Do",
        words=Words(title="Chat with the sales team inside the shop"),
    ),
}

ACTIONS: Mapping[str, Card] = {
    "design": Card(
        summary="Chase design sign-off AGAIN",
        type="Client Action",
        raised=-21,
        started=-20,
        needed=-5,
        words=Words(
            title="Approve the design of the payment page",
            text="The draft lies in the shared folder, with two variants to choose from:\n\n"
            "- everything on one page\n"
            "- three short steps, **which we recommend**",
        ),
    ),
    "texts": Card(
        summary="Legal texts from Acme's lawyer",
        type="Client Action",
        raised=-15,
        needed=6,
        words=Words(
            title="Send the texts for returns, terms and privacy",
            text="Your lawyer's final wording, in German and English.",
        ),
    ),
    "testers": Card(
        summary="UAT names for R2",
        type="Client Action",
        raised=-6,
        needed=9,
        words=Words(
            title="Name three people who test release 2", text="Two afternoons each, from their own desk."
        ),
    ),
    "logo": Card(
        summary="Logo as SVG",
        type="Client Action",
        raised=-75,
        ended=-71,
        needed=-70,
        words=Words(title="Send the logo as a vector file"),
    ),
}

DECISIONS: Mapping[str, Card] = {
    "expiry": Card(
        summary="Gift card expiry 3y vs. none",
        type="Decision",
        raised=-11,
        needed=4,
        words=Words(
            title="Do gift cards expire?",
            text="We recommend three years: simple to explain, and what most shops of your size do.",
            options="- **Three years**: nothing further to build\n"
            "- **Never**: two days of work more, and your accounts carry the open cards for ever",
        ),
    ),
    "methods": Card(
        summary="Payment methods at launch",
        type="Decision",
        raised=-66,
        ended=-58,
        needed=-57,
        words=Words(
            title="Payment methods on opening day: cards and wallets",
            outcome="Cards and two wallets on opening day. Payment by invoice follows when you decide on it.",
        ),
    ),
}

FEEDBACK: Mapping[str, Card] = {
    "typing": Card(
        summary="Fuzzy search",
        type="Feedback",
        raised=-25,
        started=-7,
        release=R3,
        labels=("wish", "urgency:medium"),
        words=Words(title="Search should forgive typing mistakes"),
    ),
    "prices": Card(
        summary="PLP price contrast on mobile",
        type="Feedback",
        raised=-27,
        started=-26,
        ended=-15,
        labels=("complaint", "urgency:high"),
        words=Words(title="Prices are hard to read on phones"),
    ),
    "compare": Card(
        summary="Compare view, nice to have",
        type="Feedback",
        raised=-7,
        labels=("wish",),
        words=Words(title="Compare up to three products side by side"),
    ),
    "music": Card(
        summary="Autoplay video on home, no way",
        type="Feedback",
        raised=-45,
        ended=-39,
        resolution="Won't Do",
        labels=("wish",),
        words=Words(
            title="A film that starts by itself on the first page",
            reason="It would use up your visitors' data, and people who are sensitive to motion would leave.",
        ),
    ),
}

INTERNAL: Mapping[str, Card] = {
    "margin": Card(
        summary="Margin review R2: 11 % left after freebies",
        type="Task",
        raised=-13,
        labels=("internal-margin",),
        description="Planned 48,200 EUR, spent 42,900 EUR. Every free extra costs us about 2,000 EUR.",
    ),
    "rate": Card(
        summary="Renegotiate day rate with Acme (now 880 EUR)",
        type="Task",
        raised=-18,
        security="Northwind only",
        description="Their purchasing will push back. Fallback is 920 EUR from the next quarter on.",
    ),
}

TALK: Mapping[str, Card] = {**RISKS, **REQUESTS, **ACTIONS, **DECISIONS, **FEEDBACK, **INTERNAL}
"""Everything that is no work of the shop, by handle."""

COMMENTS: tuple[tuple[str, int, str, str], ...] = (
    ("design", -9, "mira", "Third reminder. They never read their mail. Annoying as ever."),
    ("design", -2, "jonas", "If they blame us for the delay once more I will scream."),
    ("card", -14, "jonas", "Paylane support is useless, ticket 55-20817, call Renate at +49 30 5550 1784."),
    ("erp", -17, "aiko", "Ole's ERP people want XML by FTP. In this century."),
    ("wrapping", -26, "tomasz", "Why is this in the sprint? Nobody ordered it."),
    ("voucher", -20, "mira", "Dropped with gift cards, told Ole on the phone."),
    ("people", -10, "mira", "He wants 15 % more. Keep this between us."),
)
"""Who said what on which card: handle, day, person, words. None of it is for the client."""

LINKS: tuple[tuple[str, str, str, int], ...] = (
    ("gift-cards", "Covers", "gift-buy", -30),
    ("gift-cards", "Covers", "gift-redeem", -30),
    ("gift-cards", "Covers", "gift-balance", -30),
    ("gift-cards", "Covers", "voucher", -30),
    ("business", "Covers", "invoice", -15),
    ("business", "Covers", "limit", -15),
    ("design", "Blocks", "wallet", -19),
    ("texts", "Blocks", "legal", -14),
    ("card", "Blocks", "wallet", -60),
)
"""Links by handle: which card does what to which, since when."""

NOTE = (
    "We met on Thursday: the payment page is decided as soon as you choose one of the two variants.\n\n"
    "**One thing decides the date of release 2:** the final legal texts. "
    "With them by the day below, the date holds."
)
"""What the project manager says to the last edition."""

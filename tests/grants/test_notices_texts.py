"""What each notice says, word for word: in the inbox, and in the e-mail."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from grants.models import Outcome
from grants.tasks import tell_of_later_closing
from omradesatsing.accounts.actors import Actor
from omradesatsing.notices.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

SENT = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 9, 14, 30, tzinfo=UTC)
GENERIC_EMAIL = (
    "Du har fått noe nytt på Min side",
    """\
Hei!

Det ligger noe nytt til deg i portalen Områdesatsing i Bergen.

Slik finner du det: Skriv 127.0.0.1:8000 i nettleseren, velg «Logg inn», og åpne \
Min side.

Av hensyn til deg sender vi verken innhold eller lenker for innlogging i e-post. \
Du kan ikke svare på denne e-posten.

Hilsen Områdesatsing i Bergen
""",
)


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.PORTAL_NAME = "Områdesatsing i Bergen"


def send_in(*, expected_answer_on=date(2027, 1, 15), closes_at=None, language="nb"):
    """A case that came in at SENT as 2026/0001, about «Fest & <moro>»."""
    round = factories.create_round(
        areas=[factories.create_area(name="Elveparken")],
        opens_at=datetime(2020, 1, 2, tzinfo=UTC),
        closes_at=closes_at,
        expected_answer_on=expected_answer_on,
    )
    user = factories.create_user(language=language)
    application = factories.create_draft(
        user=user, round=round, title="Fest & <moro>", amount=Decimal("20000.50")
    )
    application.submit(by=Actor(user), now=SENT, declared=True)
    return application


def take(application):
    caseworker = factories.create_caseworker()
    factories.declare_impartial(application, caseworker)
    application.take(by=Actor(caseworker))
    return caseworker


def ask(application, caseworker):
    application.request_info(
        by=Actor(caseworker),
        now=LATER,
        text="Hva koster teltet?\nHvem eier plassen?",
        due_on=date(2026, 11, 23),
        steps=[],
    )


def told(kind):
    """Subject and text of the one notice of that kind, then of its e-mail."""
    notice = Notice.objects.get(kind=kind)
    return (notice.subject, notice.text), (notice.email_subject, notice.email_text)


def test_the_receipt_gives_number_time_answer_date_and_the_main_answers():
    send_in()

    assert told("application_submitted") == (
        (
            "Vi har fått søknad 2026/0001",
            """\
Søknaden om «Fest & <moro>» kom inn 2. november 2026 kl. 12.00. Den har fått \
saksnummer 2026/0001.

Du kan vente svar innen 15. januar 2027.

Trenger vi å vite mer, spør vi deg her på Min side. Du kan trekke søknaden helt til \
den er avgjort.
""",
        ),
        (
            "Kvittering: Vi har fått søknad 2026/0001",
            """\
Hei!

Vi har fått søknaden. Den kom inn 2. november 2026 kl. 12.00.

Saksnummer: 2026/0001
Prosjekt: Fest & <moro>
Område: Elveparken
Søkt om: 20\u00a0000,50\u00a0kr

Du kan vente svar innen 15. januar 2027.

Hele søknaden kan du lese på Min side: Skriv 127.0.0.1:8000 i nettleseren, og velg \
«Logg inn».

Du kan ikke svare på denne e-posten.

Hilsen Områdesatsing i Bergen
""",
        ),
    )


def test_where_no_answer_date_is_set_none_is_promised():
    send_in(expected_answer_on=None)

    (_subject, text), (_email_subject, email) = told("application_submitted")
    promise = (
        "Vi svarer så snart vi kan. Tar det lang tid, skriver vi til deg om når svaret "
        "kan komme."
    )
    assert (text.split("\n\n")[1], email.split("\n\n")[3]) == (promise, promise)


def test_a_withdrawal_is_confirmed():
    application = send_in()

    application.withdraw(by=Actor(application.started_by), now=LATER)

    assert told("application_withdrawn") == (
        (
            "Søknad 2026/0001 er trukket",
            """\
Søknaden om «Fest & <moro>» ble trukket 9. november 2026 kl. 15.30. Vi behandler den \
ikke videre.

Ble den trukket ved en feil, kan du kontakte oss.
""",
        ),
        GENERIC_EMAIL,
    )


def test_a_request_says_what_by_when_and_the_email_only_by_when():
    application = send_in()

    ask(application, take(application))

    assert told("info_requested") == (
        (
            "Vi trenger svar fra deg om søknad 2026/0001",
            """\
Før vi kan gå videre med søknaden om «Fest & <moro>», må vi vite mer. Svar senest \
23. november 2026.

Dette spør vi om:

Hva koster teltet?
Hvem eier plassen?

Får du ikke til å svare innen fristen, kan du kontakte oss.
""",
        ),
        (
            "Vi trenger svar fra deg senest 23. november 2026",
            """\
Hei!

Vi har et spørsmål om søknad 2026/0001. Svar senest 23. november 2026.

Slik svarer du: Skriv 127.0.0.1:8000 i nettleseren, velg «Logg inn», og åpne Min side. \
Der står det hva vi spør om.

Du kan ikke svare på denne e-posten.

Hilsen Områdesatsing i Bergen
""",
        ),
    )


def test_an_answer_is_confirmed():
    application = send_in()
    ask(application, take(application))

    application.answer_request(
        by=Actor(application.started_by), now=LATER, answer="2000 kr. Kommunen."
    )

    assert told("request_answered") == (
        (
            "Vi har fått svaret ditt om søknad 2026/0001",
            """\
Vi har fått det du sendte om «Fest & <moro>», og går videre med søknaden.

Du kan vente svar innen 15. januar 2027.
""",
        ),
        GENERIC_EMAIL,
    )


@pytest.mark.parametrize(
    ("outcome", "amount"),
    [
        (Outcome.GRANTED, Decimal("20000.50")),
        (Outcome.PARTLY, Decimal(9_999)),
        (Outcome.REFUSED, Decimal(0)),
        (Outcome.DISMISSED, Decimal(0)),
    ],
)
def test_a_decision_s_notice_is_the_same_whatever_was_decided(outcome, amount):
    application = send_in()
    caseworker = take(application)
    factories.assess(application)
    decider = factories.create_decider()
    factories.declare_impartial(application, decider)
    case = {"outcome": outcome, "amount": amount, **factories.reasons_for(outcome)}
    application.recommend(by=Actor(caseworker), now=LATER, **case)

    application.decide(by=Actor(decider), now=LATER, **case)

    assert told("decision_made") == (
        (
            "Søknad 2026/0001 er avgjort",
            """\
Søknaden om «Fest & <moro>» er avgjort. I brevet står svaret, hvorfor det ble slik, \
og hvordan du kan klage.
""",
        ),
        (
            "Du har fått et brev på Min side",
            """\
Hei!

Det ligger et brev til deg om sak 2026/0001. I brevet kan det stå frister, så les det \
snart.

Slik finner du brevet: Skriv 127.0.0.1:8000 i nettleseren, velg «Logg inn», og åpne \
Min side.

Av hensyn til deg sender vi ikke innholdet i e-post. Du kan ikke svare på denne \
e-posten.

Hilsen Områdesatsing i Bergen
""",
        ),
    )


def test_a_later_closing_is_told_once_to_those_who_have_begun():
    round = factories.create_round(
        title="Våren",
        opens_at=datetime(2026, 3, 1, tzinfo=UTC),
        closes_at=datetime(2036, 3, 31, 22, 0, tzinfo=UTC),
    )
    draft = factories.create_draft(round=round)
    factories.create_submitted(round=round)
    factories.create_draft()

    for day in (1, 2):
        closes_at = datetime(2036, 4, day, 22, 0, tzinfo=UTC)
        round.extend(closes_at, by=Actor.system(), reason="Portalen var nede.")
    jobs = ProcrastinateJob.objects.filter(task_name="grants.tell_of_later_closing")
    for job in [*jobs, *jobs]:
        tell_of_later_closing(**job.args)

    assert told("round_extended") == (
        (
            "Fristen for «Våren» er flyttet",
            """\
Du har begynt på en søknad som ikke er sendt. Den nye fristen er 2. april 2036 \
kl. 23.59.

Fristen er flyttet til senere: Portalen var nede.
""",
        ),
        GENERIC_EMAIL,
    )
    notice = Notice.objects.get(kind="round_extended")
    assert (notice.recipient, notice.url) == (
        draft.started_by,
        f"/min-side/kladder/{draft.key}/",
    )


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_no_email_but_the_receipt_carries_what_was_written(language):
    application = send_in(language=language)
    caseworker = take(application)
    ask(application, caseworker)
    application.answer_request(
        by=Actor(application.started_by), now=LATER, answer="2000 kr. Kommunen."
    )
    application.withdraw(by=Actor(application.started_by), now=LATER)

    emails = Notice.objects.exclude(kind="application_submitted").values_list(
        "email_subject", "email_text"
    )

    assert len(emails) == 3
    secrets = ["moro", "20\u00a0000", "teltet", "2000 kr", "Elveparken", "http"]
    assert [
        (secret, subject)
        for secret in secrets
        for subject, text in emails
        if secret in subject + text
    ] == []

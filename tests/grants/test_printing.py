"""Letters on paper: who must have one, when it is posted, and what that starts."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from grants.models import (
    Applicant,
    Award,
    Letter,
    Membership,
    Outcome,
    PrintItem,
    ReasonsRequest,
    appeal_clocks,
    appeal_due,
)
from grants.paper import put_on_paper, remind_of_letters
from grants.reminders import remind
from grants.tasks import make_letter_pdf
from grants.todo import tasks_for
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from tests.factories import (
    REASONS,
    create_caseworker,
    create_decider,
    create_member,
    create_recommended,
    create_user,
    declare_conflict,
    declare_impartial,
)

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
# A Monday: three weeks later is Monday 1 March.
TOLD = datetime(2027, 2, 8, 10, 0, tzinfo=OSLO)
GIVEN_UP = {"sent_at": None, "attempts": 99}


def days(number):
    return TOLD + timedelta(days=number)


def announce(case, *, at=TOLD, reasons=REASONS):
    """The case decided and made known then, and its e-mails taken."""
    decider = create_decider()
    declare_impartial(case, decider)
    case.decide(
        by=Actor(decider),
        now=at,
        outcome=case.recommendations.get().outcome,
        amount=case.recommendations.get().amount,
        **reasons,
    )
    notices = Notice.objects.filter(kind="decision_made")
    notices.update(created_at=at, sent_at=at)
    return case


def create_told(**fields):
    return announce(create_recommended(**fields))


def create_unreachable(at=TOLD, reasons=REASONS, **fields):
    """A decided case of an applicant for whom nobody has a log-in."""
    case = create_recommended(**fields)
    Membership.objects.filter(applicant=case.applicant).update(ended_at=TOLD)
    return announce(case, at=at, reasons=reasons)


def send_letter(case, *, now=TOLD):
    letter = Letter.send(
        case,
        kind=Letter.Kind.INTERIM_REPLY,
        title="Foreløpig svar",
        parts=[{"heading": "Svar", "paragraphs": ["Det tar tid."]}],
        language="nb",
        by=Actor(case.caseworker),
        now=now,
    )
    Notice.objects.about(letter).update(created_at=now, sent_at=now)
    return letter


def post(*items, on, now=None, by=None):
    by = by or items[0].letter.application.caseworker
    keys = [item.pk for item in items]
    return PrintItem.mark_posted(keys, by=Actor(by), on=on, now=now or days(30))


def queue():
    """(recipient, cause) of what waits."""
    return [(item.recipient, item.cause) for item in PrintItem.objects.waiting()]


def reminded():
    """(recipient, address) of the reminders of letters so far."""
    rows = Notice.objects.filter(kind="letter_unread").order_by("pk")
    return [(row.recipient, row.url) for row in rows]


# --- into the queue -------------------------------------------------------------------


def test_who_is_told_by_email_gets_no_paper():
    case = create_told()
    send_letter(case)

    assert queue() == []


def test_a_letter_that_nobody_can_be_told_of_is_on_paper_at_once():
    create_unreachable()

    item = PrintItem.objects.get()
    assert queue() == [(None, "no_email")]
    assert (item.letter.kind, item.queued_at) == ("decision", TOLD)


def test_every_kind_of_letter_goes_on_paper_at_once():
    case = create_recommended()
    Membership.objects.filter(applicant=case.applicant).update(ended_at=TOLD)

    letter = send_letter(case)

    assert PrintItem.objects.get().letter == letter


def test_an_applicant_who_is_to_have_letters_by_post_gets_it_beside_the_members():
    case = create_recommended()
    Applicant.objects.update(letters_by_post=True)
    case.refresh_from_db()

    send_letter(case)

    assert queue() == [(None, "reserved")]
    assert Notice.objects.filter(kind="letter_sent").count() == 1


def test_one_who_can_no_longer_log_in_gets_paper():
    case = create_recommended()
    case.started_by.is_active = False
    case.started_by.save()

    send_letter(case)

    assert queue() == [(case.started_by, "no_email")]


def test_a_decision_that_is_rolled_back_leaves_nothing_in_the_queue():
    case = create_recommended()
    Membership.objects.filter(applicant=case.applicant).update(ended_at=TOLD)

    with transaction.atomic():
        announce(case)
        queued = len(queue())
        transaction.set_rollback(True)

    assert queued == 1
    assert PrintItem.objects.count() == 0


def test_a_notice_that_was_given_up_puts_the_letter_on_paper_once():
    case = create_told()
    Notice.objects.filter(kind="decision_made").update(**GIVEN_UP)

    put_on_paper(days(1))
    put_on_paper(days(2))

    assert queue() == [(case.started_by, "bounced")]


def test_what_is_unread_for_14_days_is_put_on_paper_once_for_every_kind_of_letter():
    case = create_told()
    letter = send_letter(case)

    put_on_paper(days(14) - timedelta(seconds=1))
    early = queue()
    put_on_paper(days(14))
    put_on_paper(days(15))

    assert early == []
    assert queue() == [(case.started_by, "unread")] * 2
    assert {item.letter for item in PrintItem.objects.all()} == {
        case.decision.letter,
        letter,
    }


def test_what_was_opened_is_not_put_on_paper_and_leaves_the_queue():
    case = create_told()
    send_letter(case)
    put_on_paper(days(14))
    Notice.objects.filter(kind="letter_sent").update(read_at=days(15))

    item = PrintItem.objects.waiting().get()

    assert item.letter == case.decision.letter


def test_a_letter_is_once_in_the_queue_for_each_recipient():
    create_unreachable()
    item = PrintItem.objects.get()

    with pytest.raises(IntegrityError, match="print_item_once_for_each"):
        PrintItem.objects.create(letter=item.letter, cause="asked", queued_at=TOLD)


def test_the_applicant_may_ask_for_a_letter_on_paper_and_the_time_stays():
    case = create_told(outcome=Outcome.REFUSED, recommended=0)
    letter = case.decision.letter
    by = Actor(case.caseworker)

    PrintItem.ask(letter, by=by, now=days(2))

    assert queue() == [(None, "asked")]
    assert appeal_due(case.decision) == date(2027, 3, 1)
    with pytest.raises(Refused, match="alt lagt i posten eller venter"):
        PrintItem.ask(letter, by=by, now=days(2))
    with pytest.raises(Refused, match="saksbehandler"):
        PrintItem.ask(letter, by=Actor(create_decider()), now=days(2))


# --- posted ---------------------------------------------------------------------------


def test_posted_letters_leave_the_queue_and_the_journal_says_who_and_when():
    case = create_unreachable()
    item = PrintItem.objects.get()

    post(item, on=date(2027, 2, 10))

    item.refresh_from_db()
    entry = JournalEntry.objects.about(case).get(verb="letter_posted")
    assert queue() == []
    assert (item.posted_on, item.posted_by) == (date(2027, 2, 10), case.caseworker)
    assert entry.actor == case.caseworker
    assert entry.facts == {
        "item": item.pk,
        "letter": item.letter_id,
        "on": "2027-02-10",
    }


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2027, 2, 7), "kan ikke være lagt i posten før det"),
        (date(2027, 3, 11), "kan ikke være etter i dag"),
    ],
)
def test_the_day_is_not_before_the_letter_nor_in_the_future(on, words):
    create_unreachable()
    item = PrintItem.objects.get()

    with pytest.raises(Refused, match=words):
        post(item, on=on)
    with (
        pytest.raises(IntegrityError, match="print_item_day_can_be"),
        transaction.atomic(),
    ):
        PrintItem.objects.update(
            posted_on=on, posted_at=days(30), posted_by=create_user()
        )

    item.refresh_from_db()
    assert item.posted_on is None


def test_all_or_none_are_marked():
    one, other = create_unreachable(), create_unreachable()
    first = PrintItem.objects.get(letter__application=one)
    second = PrintItem.objects.get(letter__application=other)
    by = one.caseworker
    post(first, on=date(2027, 2, 10))

    with pytest.raises(Refused, match="Ingenting er merket"):
        post(first, second, on=date(2027, 2, 10), by=by)

    second.refresh_from_db()
    assert second.posted_on is None


def test_only_a_caseworker_without_a_conflict_marks_and_sees_it():
    case = create_unreachable()
    item = PrintItem.objects.get()
    shut_out = create_caseworker()
    declare_conflict(case, shut_out)

    with pytest.raises(Refused, match="Ingenting er merket"):
        post(item, on=date(2027, 2, 10), by=shut_out)
    with pytest.raises(Refused, match="Bare en saksbehandler"):
        post(item, on=date(2027, 2, 10), by=create_decider())

    item.refresh_from_db()
    assert item.posted_on is None
    assert list(PrintItem.objects.visible_to(shut_out)) == []


def test_a_wrong_day_is_corrected_and_the_old_one_stands_in_the_journal():
    case = create_unreachable()
    item = PrintItem.objects.get()
    by = Actor(case.caseworker)
    post(item, on=date(2027, 2, 10))

    item.correct_posted(
        by=by, on=date(2027, 2, 12), reason="Posten gikk fredag.", now=days(30)
    )
    corrected = item.posted_on
    item.correct_posted(by=by, on=None, reason="Lå igjen.", now=days(30))

    entries = JournalEntry.objects.about(case).filter(verb="posting_corrected")
    assert corrected == date(2027, 2, 12)
    assert (item.posted_on, item.posted_at, item.posted_by) == (None, None, None)
    assert item.correction == "Lå igjen."
    assert queue() == [(None, "no_email")]
    assert [
        (entry.facts["was"], entry.facts["on"]) for entry in entries.order_by("pk")
    ] == [("2027-02-10", "2027-02-12"), ("2027-02-12", "")]


def test_a_correction_says_why_and_what_is_not_posted_is_not_corrected():
    case = create_unreachable()
    item = PrintItem.objects.get()
    facts = {"by": Actor(case.caseworker), "on": None, "now": days(30)}

    with pytest.raises(Refused, match="ikke merket"):
        item.correct_posted(reason="Feil.", **facts)
    post(item, on=date(2027, 2, 10))
    with pytest.raises(Refused, match="Skriv hvorfor"):
        item.correct_posted(reason=" ", **facts)

    assert [row.pk for row in PrintItem.objects.posted()] == [item.pk]


def test_an_award_told_of_on_paper_is_public_when_the_letter_is_posted():
    create_unreachable()
    before = list(Award.objects.public(days(30)))

    post(PrintItem.objects.get(), on=date(2027, 2, 10))

    assert before == []
    assert list(Award.objects.public(days(30))) == list(Award.objects.all())


# --- the time to appeal ---------------------------------------------------------------


def test_on_paper_the_time_begins_the_day_it_is_posted():
    case = create_unreachable()
    before = appeal_due(case.decision)

    post(PrintItem.objects.get(), on=date(2027, 2, 10))

    assert before is None
    assert appeal_due(case.decision) == date(2027, 3, 3)


def test_a_bounced_notice_starts_no_time_and_the_posted_letter_moves_the_last_day():
    case = create_told()
    Notice.objects.filter(kind="decision_made").update(**GIVEN_UP)
    put_on_paper(days(1))
    before = appeal_due(case.decision, case.started_by)

    post(PrintItem.objects.get(), on=date(2027, 2, 15))

    clock = appeal_clocks(case.decision)[0]
    assert before is None
    assert (clock.last_day, clock.is_moved) == (date(2027, 3, 8), True)


def test_who_opens_it_before_the_paper_comes_has_the_time_from_then():
    case = create_told()
    put_on_paper(days(14))
    Notice.objects.filter(kind="decision_made").update(read_at=days(15))

    assert appeal_due(case.decision, case.started_by) == date(2027, 3, 16)


def test_each_party_has_a_time_of_their_own_and_it_ends_with_the_last():
    case = create_recommended()
    other = create_member(applicant=case.applicant).user
    announce(case)
    Notice.objects.filter(recipient=other).update(**GIVEN_UP)
    put_on_paper(days(1))
    found = [appeal_due(case.decision, user) for user in (case.started_by, other, None)]

    post(PrintItem.objects.get(), on=date(2027, 2, 22))

    assert found == [date(2027, 3, 1), None, None]
    assert [
        appeal_due(case.decision, user) for user in (case.started_by, other, None)
    ] == [date(2027, 3, 1), date(2027, 3, 15), date(2027, 3, 15)]


def test_a_member_who_came_later_has_the_time_of_everyone():
    case = create_told()
    later = create_member(applicant=case.applicant).user

    assert appeal_due(case.decision, later) == date(2027, 3, 1)


def test_reasons_start_the_time_of_each_anew_also_on_paper():
    case = create_unreachable(reasons=dict.fromkeys(REASONS, ""))
    post(PrintItem.objects.get(), on=date(2027, 2, 10))
    caseworker = Actor(case.caseworker)
    asked = ReasonsRequest.ask(case.decision, by=caseworker, now=days(6), note="Brev")
    asked.answer(by=caseworker, now=days(7), **REASONS)
    before = appeal_due(case.decision)

    post(PrintItem.objects.waiting().get(), on=date(2027, 2, 17))

    assert before is None
    assert appeal_due(case.decision) == date(2027, 3, 10)


def test_a_moved_last_day_is_shown_on_min_side_and_on_the_case_page(client):
    case = create_told()
    Notice.objects.filter(kind="decision_made").update(**GIVEN_UP)
    put_on_paper(days(1))
    post(PrintItem.objects.get(), on=date(2027, 2, 15))

    client.force_login(case.started_by)
    own = client.get(case.get_absolute_url()).content.decode()
    client.force_login(case.caseworker)
    staff = client.get(case.get_case_url()).content.decode()

    assert "8. mars 2027" in own
    assert "den går fra 15. februar 2027, da brevet nådde fram" in own
    assert f"{case.started_by}: kan klage til og med 8. mars 2027" in staff
    assert "Fristen er flyttet, fordi brevet nådde fram først 15. februar" in staff


# --- reminders ------------------------------------------------------------------------


def test_an_unopened_letter_of_any_kind_is_mentioned_once_after_seven_days():
    case = create_told()
    letter = send_letter(case)

    remind_of_letters(days(7) - timedelta(seconds=1))
    early = reminded()
    for number in (7, 8, 9):
        remind(days(number))

    assert early == []
    assert reminded() == [
        (case.started_by, case.decision.letter.get_absolute_url()),
        (case.started_by, letter.get_absolute_url()),
    ]
    texts = Notice.objects.filter(kind="letter_unread").order_by("pk")
    assert ["er avgjort" in row.text for row in texts] == [True, False]
    assert "Foreløpig svar" in texts[1].text


@pytest.mark.parametrize("change", [GIVEN_UP, {"read_at": TOLD}])
def test_what_bounced_or_was_opened_is_not_mentioned_again(change):
    create_told()
    Notice.objects.filter(kind="decision_made").update(**change)

    remind_of_letters(days(8))

    assert reminded() == []


def test_an_address_that_a_later_email_did_not_reach_gets_no_reminder():
    case = create_told()
    send_letter(case, now=days(2))
    Notice.objects.filter(kind="letter_sent").update(**GIVEN_UP)

    remind_of_letters(days(8))

    assert reminded() == []


def test_what_is_on_paper_is_not_mentioned_again():
    case = create_told()
    Notice.objects.filter(kind="decision_made").update(**GIVEN_UP)
    put_on_paper(days(1))
    Notice.objects.filter(kind="decision_made").update(sent_at=days(2), attempts=1)

    remind(days(8))

    assert reminded() == []
    assert queue() == [(case.started_by, "bounced")]


# --- the page -------------------------------------------------------------------------


def test_the_queue_shows_what_waits_the_oldest_first_and_filters_by_cause(client):
    paper, unread = create_unreachable(title="Papir"), create_told(title="Ulest")
    put_on_paper(days(14))
    client.force_login(paper.caseworker)
    url = reverse("admin:print_queue")

    every = client.get(url).context
    some = client.get(url, {"grunn": "unread"}).context

    assert [item.letter.application for item in every["waiting"]] == [paper, unread]
    assert every["causes"] == [
        ("no_email", "kan ikke varsles på e-post", 1),
        ("unread", "ikke åpnet på 14 dager", 1),
    ]
    assert [item.letter.application for item in some["waiting"]] == [unread]
    assert client.get(url, {"grunn": "annet"}).status_code == 404


def test_the_queue_costs_the_same_however_long_it_is(client, django_assert_num_queries):
    first = create_unreachable()
    client.force_login(first.caseworker)
    url = reverse("admin:print_queue")
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url)
    for _number in range(3):
        create_unreachable()
    with django_assert_num_queries(10):
        client.get(url)


def test_several_are_marked_on_the_page_all_or_none_and_one_is_corrected(client):
    cases = [create_unreachable(at=timezone.now()) for _number in range(2)]
    client.force_login(cases[0].caseworker)
    one, other = PrintItem.objects.order_by("pk")
    url, today = reverse("admin:print_queue"), timezone.localdate()
    data = {"items": [one.pk, other.pk], "on": f"{today:%d.%m.%Y}"}

    refused = client.post(url, data | {"on": "01.01.2099"})
    client.post(url, data)
    again = client.post(url, data)
    correct = reverse("admin:print_correct", args=[one.pk])
    client.post(correct, {"on": "", "reason": "Lå igjen."})

    assert "Datoen kan ikke være etter i dag" in refused.content.decode()
    assert refused.context["ticked"] == {str(one.pk), str(other.pk)}
    assert "Ingenting er merket" in again.content.decode()
    assert list(PrintItem.objects.waiting()) == [one]
    assert [row.posted_on for row in PrintItem.objects.posted()] == [today]


def test_the_letter_is_downloaded_when_its_pdf_is_made(client):
    case = create_unreachable()
    client.force_login(case.caseworker)
    item = PrintItem.objects.get()
    url = reverse("admin:print_letter", args=[item.pk])
    before = client.get(url).status_code

    make_letter_pdf(item.letter_id)

    response = client.get(url)
    assert before == 404
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-")


def test_a_letter_is_put_on_paper_from_its_page_by_a_caseworker(client):
    case = create_told()
    client.force_login(case.caseworker)
    args = [case.year, case.number[5:], case.decision.letter.pk]
    page = reverse("admin:case_letter", args=args)
    before = client.get(page).content.decode()

    client.post(reverse("admin:case_letter_on_paper", args=args))

    assert "Send også på papir" in before
    assert "Send også på papir" not in client.get(page).content.decode()
    assert queue() == [(None, "asked")]


def test_a_conflict_hides_the_letter_from_the_queue_the_count_and_the_download(client):
    hidden, seen = create_unreachable(), create_unreachable()
    item = PrintItem.objects.get(letter__application=hidden)
    worker = create_caseworker()
    declare_conflict(hidden, worker)
    client.force_login(worker)

    context = client.get(reverse("admin:print_queue")).context

    tasks = dict(tasks_for(worker, days(1)))["Brev som må på papir"]
    assert [row.letter.application for row in context["waiting"]] == [seen]
    assert [task.label for task in tasks] == ["1 brev venter på å bli lagt i posten"]
    for name in ("print_letter", "print_correct"):
        address = reverse(f"admin:{name}", args=[item.pk])
        assert client.get(address).status_code == 404


def test_only_caseworkers_open_the_queue(client):
    client.force_login(create_decider())

    assert client.get(reverse("admin:print_queue")).status_code == 403

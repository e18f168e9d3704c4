"""Sending: the closing, the double press, what is changed, what is late."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from grants.deadlines import next_working_day
from grants.models import (
    Application,
    LateEntry,
    LateException,
    Outcome,
    Round,
    RoundFollower,
    State,
    Version,
)
from grants.tasks import tell_of_later_closing
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry
from omradesatsing.notices.models import Notice
from omradesatsing.ui.templatetags.ui import datetime_no, deadline, machine_time
from tests.factories import (
    REASONS,
    create_caseworker,
    create_closed_round,
    create_decider,
    create_draft,
    create_draft_of,
    create_in_review,
    create_late,
    create_leave,
    create_round,
    create_submitted,
    create_user,
    declare_impartial,
)

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
SECOND = timedelta(seconds=1)


def send(application, now):
    application.submit(by=Actor(application.started_by), now=now, declared=True)


def draft_closing_at(closes_at):
    return create_draft_of(create_closed_round(closes_at=closes_at))


def told(application, kind):
    return [n.recipient for n in Notice.objects.about(application).filter(kind=kind)]


# --- the closing ----------------------------------------------------------------------


def test_scenario_01_the_last_tenth_of_a_second_counts_and_midnight_does_not():
    closes_at = datetime(2027, 1, 16, tzinfo=OSLO)
    in_time, late = draft_closing_at(closes_at), draft_closing_at(closes_at)
    last = closes_at - timedelta(milliseconds=100)

    send(in_time, last)
    with pytest.raises(Refused, match="Fristen er ute, så søknaden er ikke sendt"):
        send(late, closes_at)

    assert Application.objects.get(pk=in_time.pk).submitted_at == last
    assert Application.objects.get(pk=late.pk).state == State.DRAFT
    assert late.working_copy().description == "Vi pynter, griller og leker."


def test_scenario_01_page_mail_and_sql_say_the_same_second(client):
    application = draft_closing_at(datetime(2027, 1, 16, tzinfo=OSLO))
    send(application, datetime(2027, 1, 15, 23, 59, 59, 900_000, tzinfo=OSLO))
    client.force_login(application.started_by)

    page = client.get(application.get_receipt_url()).content.decode()

    notice = Notice.objects.get(kind="application_submitted")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(submitted_at AT TIME ZONE 'Europe/Oslo',"
            " 'YYYY-MM-DD HH24:MI:SS') FROM grants_application WHERE id = %s",
            [application.pk],
        )
        stored = cursor.fetchone()[0]
    assert stored == "2027-01-15 23:59:59"
    assert '<time datetime="2027-01-15T23:59:59+01:00">15. januar 2027 kl. 23.59' in (
        page
    )
    assert "Den kom inn 15. januar 2027 kl. 23.59." in notice.email_text


@pytest.mark.parametrize(
    ("closes_at", "last_minute"),
    [
        # 28 March 2027: 02.00 becomes 03.00. 31 October 2027: 03.00 becomes 02.00.
        (datetime(2027, 3, 28, 3, 0, tzinfo=OSLO), "28. mars 2027 kl. 01.59"),
        (
            datetime(2027, 10, 31, 2, 30, tzinfo=OSLO),
            "31. oktober 2027 kl. 02.29 (sommertid)",
        ),
        (
            datetime(2027, 10, 31, 2, 30, tzinfo=OSLO, fold=1),
            "31. oktober 2027 kl. 02.29 (vintertid)",
        ),
    ],
)
def test_scenario_02_a_closing_when_the_clocks_change_is_one_instant(
    closes_at, last_minute
):
    closes_at = closes_at.astimezone(ZoneInfo("UTC"))
    in_time, late = draft_closing_at(closes_at), draft_closing_at(closes_at)

    send(in_time, closes_at - SECOND)
    with pytest.raises(Refused):
        send(late, closes_at)

    assert deadline(closes_at) == last_minute
    assert list(Application.objects.drafts()) == [late]


def test_scenario_02_the_two_half_past_twos_are_told_apart():
    summer = datetime(2027, 10, 31, 2, 30, tzinfo=OSLO)
    winter = summer.replace(fold=1)

    assert machine_time(summer) == "2027-10-31T02:30:00+02:00"
    assert machine_time(winter) == "2027-10-31T02:30:00+01:00"
    assert datetime_no(summer) == "31. oktober 2027 kl. 02.30 (sommertid)"
    assert datetime_no(winter) == "31. oktober 2027 kl. 02.30 (vintertid)"
    assert datetime_no(winter + timedelta(hours=1)) == "31. oktober 2027 kl. 03.30"


def test_scenario_03_an_old_draft_is_refused_when_posted_by_address(client):
    draft = draft_closing_at(timezone.now() - timedelta(days=7))
    client.force_login(draft.started_by)

    page = client.post(
        reverse("grants:draft_review", args=[draft.key]), {"declared": "on"}
    )

    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert page.context["is_late"]
    assert "Søknaden er ikke sendt" in page.content.decode()
    assert "Vi pynter, griller og leker." in page.content.decode()
    assert Notice.objects.about(draft).count() == 0


def test_scenario_04_closed_while_one_writes_the_text_is_saved_and_can_come_late(
    client,
):
    draft = draft_closing_at(timezone.now() - SECOND)
    client.force_login(draft.started_by)
    review = reverse("grants:draft_review", args=[draft.key])

    answer = client.post(review, {"declared": "on", "reason": "Nettet var borte."})

    draft.refresh_from_db()
    assert answer.url == draft.get_receipt_url()
    assert (draft.state, draft.late.reason) == (State.SUBMITTED, "Nettet var borte.")
    assert draft.late.closed_at == draft.round.closes_at
    page = client.get(answer.url).content.decode()
    assert "Søknaden er sendt etter fristen" in page
    assert told(draft, "application_received_late") == [draft.started_by]
    assert told(draft, "application_submitted") == []


def test_scenario_05_leave_is_for_one_applicant_until_its_second():
    leave = create_leave()
    round, applicant = leave.round, leave.applicant
    other = create_draft_of(round)
    mine = round.applications.get(applicant=applicant)

    with pytest.raises(Refused):
        send(other, leave.until - SECOND)
    with pytest.raises(Refused):
        send(mine, leave.until)
    send(mine, leave.until - SECOND)

    assert (mine.state, mine.late) == (State.SUBMITTED, None)
    assert told(leave, "late_exception_granted") == applicant.members()
    entry = JournalEntry.objects.about(round).get(verb="late_exception_granted")
    assert (entry.actor, entry.facts["applicant"]) == (leave.granted_by, applicant.pk)


def test_leave_is_given_once_with_a_reason_and_by_a_caseworker():
    leave = create_leave()
    give = {
        "round": leave.round,
        "applicant": leave.applicant,
        "until": leave.until,
        "reason": leave.reason,
        "now": timezone.now(),
    }

    again = LateException.grant(**give, by=Actor(leave.granted_by))

    assert again == leave
    for refused in [
        {"by": Actor(create_decider())},
        {"by": Actor(leave.granted_by), "reason": " "},
        {"by": Actor(leave.granted_by), "until": leave.until - SECOND},
    ]:
        with pytest.raises(Refused):
            LateException.grant(**(give | refused))
    assert LateException.objects.count() == 1
    assert Notice.objects.filter(kind="late_exception_granted").count() == 1


@pytest.mark.parametrize("seconds", [-40 * 86400, -1, 0, 1, 3599, 3600, 7200])
def test_who_is_taken_from_is_the_same_in_python_and_sql(seconds):
    leave = create_leave(hours=1)
    stranger = create_draft(round=create_round(closes_at=None)).applicant
    now = leave.round.closes_at + timedelta(seconds=seconds)
    rounds = list(Round.objects.all())

    for applicant in (leave.applicant, stranger):
        by_sql = set(Round.objects.taking_from(applicant, now))

        assert by_sql == {each for each in rounds if each.takes(applicant, now)}


# --- pressed more than once -----------------------------------------------------------


def test_scenario_06_three_posts_make_one_application_one_receipt_one_mail(client):
    draft = create_draft()
    client.force_login(draft.started_by)
    review = reverse("grants:draft_review", args=[draft.key])

    answers = [client.post(review, {"declared": "on"}) for _press in range(3)]

    draft.refresh_from_db()
    assert [answer.url for answer in answers] == [draft.get_receipt_url()] * 3
    assert draft.versions.count() == 1
    assert Notice.objects.about(draft).count() == 1


def test_scenario_07_back_and_refresh_give_the_receipt_and_send_nothing(client):
    application = create_submitted()
    client.force_login(application.started_by)

    back = client.get(reverse("grants:draft_review", args=[application.key]))
    client.get(back.url)
    client.get(back.url)

    assert back.url == application.get_receipt_url()
    assert Notice.objects.about(application).count() == 1
    assert application.versions.count() == 1


# --- to change what is sent -----------------------------------------------------------


def amend(application, *, title="Høstfest", now=None):
    now = now or timezone.now()
    copy = application.amend(by=Actor(application.started_by), now=now)
    Version.objects.filter(pk=copy.pk).update(title=title)
    return copy


def resend(application, now=None):
    application.resubmit(
        by=Actor(application.started_by), now=now or timezone.now(), declared=True
    )


def test_scenario_15_a_changed_version_counts_and_the_old_is_kept(client):
    application = create_submitted()
    number, first_sent = application.number, application.submitted_at
    amend(application)
    client.force_login(application.started_by)

    before = client.get(application.get_absolute_url()).content.decode()
    case = [application.year, application.sequence]
    review = reverse("grants:amend_review", args=case)
    answers = [client.post(review, {"declared": "on"}) for _press in range(2)]

    stored = Application.objects.get(pk=application.pk)
    assert "Du har endringer som ikke er sendt" in before
    assert (stored.number, stored.submitted_at) == (number, first_sent)
    assert [v.title for v in stored.versions.sent()] == ["Sommerfest", "Høstfest"]
    assert stored.current.title == "Høstfest"
    assert [answer.url for answer in answers] == [application.get_receipt_url()] * 2
    receipt = client.get(application.get_receipt_url()).content.decode()
    assert "Versjon 2, sendt" in receipt
    assert told(application, "application_resubmitted") == [application.started_by]


def test_scenario_15_after_the_closing_the_last_sent_counts(client):
    application = draft_closing_at(timezone.now() - SECOND)
    before = application.round.closes_at - SECOND
    send(application, before)
    amend(application, now=before)
    client.force_login(application.started_by)

    with pytest.raises(Refused, match="Det du sendte før fristen, gjelder"):
        resend(application)
    with pytest.raises(Refused):
        amend(application)

    page = client.get(application.get_absolute_url()).content.decode()
    assert application.current.title == "Sommerfest"
    assert "De ble ikke sendt i tide." in page


def test_what_is_changed_and_not_sent_is_not_read_by_staff(client):
    application = create_submitted()
    amend(application)
    caseworker = create_caseworker()
    declare_impartial(application, caseworker)
    client.force_login(caseworker)

    page = client.get(application.get_case_url()).content.decode()
    listed = client.get(reverse("admin:case_list")).content.decode()
    version = reverse(
        "admin:case_version", args=[application.year, application.number[5:], 2]
    )

    assert "Sommerfest" in page
    assert "Høstfest" not in page + listed
    assert client.get(version).status_code == 404


@pytest.mark.parametrize(
    ("rolling", "titles"),
    [(False, ["Sommerfest", "Høstfest"]), (True, ["Sommerfest"])],
)
def test_a_caseworker_who_has_begun_shortens_nobodys_time_but_in_a_rolling_round(
    rolling, titles
):
    round = create_round(closes_at=None) if rolling else create_round()
    application = create_in_review(round=round)

    if rolling:
        with pytest.raises(Refused):
            amend(application)
    else:
        amend(application)
        resend(application)

    assert [v.title for v in application.versions.sent()] == titles


def test_changes_that_were_not_sent_in_time_do_not_come_in_with_an_answer():
    application = draft_closing_at(timezone.now() - SECOND)
    before = application.round.closes_at - SECOND
    send(application, before)
    amend(application, now=before)
    taken(application)

    application.request_info(
        by=Actor(application.caseworker),
        now=timezone.now(),
        text="Send kart.",
        due_on=next_working_day(timezone.localdate() + timedelta(days=14)),
        steps=["prosjekt"],
    )

    assert application.working_copy() is None


def test_dropped_changes_leave_what_was_sent(client):
    application = create_submitted()
    amend(application)
    client.force_login(application.started_by)
    case = [application.year, application.sequence]

    client.post(reverse("grants:amend_drop", args=case))

    assert [v.title for v in application.versions.all()] == ["Sommerfest"]


def test_a_step_is_changed_at_the_cases_own_address(client):
    application = create_submitted()
    client.force_login(application.started_by)
    case = [application.year, application.sequence]
    step = reverse("grants:amend_step", args=[*case, "soker"])
    context = client.get(step).context
    hidden = {"_owner": context["owner"], "_seen": context["seen"]}

    client.post(
        step,
        hidden | {"contact_name": "Ola Eksempel", "contact_email": "o@e.test"},
    )

    assert application.working_copy().contact_name == "Ola Eksempel"
    assert application.current.contact_name == "Kari Eksempel"


def test_scenario_16_withdrawing_twice_tells_once_and_leaves_the_pot_alone(client):
    application = create_in_review()
    amend(application)
    client.force_login(application.started_by)
    url = reverse("grants:withdraw", args=[application.year, application.sequence])

    answers = [client.post(url) for _press in range(2)]

    application.refresh_from_db()
    assert {answer.url for answer in answers} == {application.get_absolute_url()}
    assert application.state == State.WITHDRAWN
    assert told(application, "application_withdrawn") == [application.started_by]
    assert application.letters.count() == 0
    assert application.working_copy() is None
    assert application.round.pots.get().balance == Decimal(100_000)


# --- late is not lost -----------------------------------------------------------------


def dismiss(application, outcome=Outcome.DISMISSED):
    application.recommend(
        by=Actor(application.caseworker),
        now=timezone.now(),
        outcome=outcome,
        amount=Decimal(0),
        **REASONS,
    )


def taken(application):
    caseworker = create_caseworker()
    declare_impartial(application, caseworker)
    application.take(by=Actor(caseworker))
    return application


def test_what_came_late_is_not_judged_before_it_is_taken_in():
    application = taken(create_late())
    by = Actor(application.caseworker)
    marks = {c: (4, "Fordi.") for c in application.round.criteria.all()}

    for act in (
        lambda: application.assess(marks, by=by, now=timezone.now()),
        lambda: dismiss(application, Outcome.REFUSED),
    ):
        with pytest.raises(Refused, match="kom etter fristen"):
            act()
    application.take_in(by=by, now=timezone.now(), reason="Nettet var nede.")
    application.assess(marks, by=by, now=timezone.now())
    dismiss(application, Outcome.REFUSED)

    assert application.state == State.RECOMMENDED
    assert told(application, "late_taken_in") == [application.started_by]


def test_what_came_late_is_dismissed_with_a_letter_and_not_decided_otherwise():
    application = taken(create_late())
    dismiss(application)
    decider = create_decider()
    declare_impartial(application, decider)
    decide = {"by": Actor(decider), "now": timezone.now(), "amount": Decimal(0)}

    with pytest.raises(Refused, match="kom etter fristen"):
        application.decide(**decide, outcome=Outcome.REFUSED, **REASONS)
    application.decide(**decide, outcome=Outcome.DISMISSED, **REASONS)

    assert application.state == State.DECIDED
    assert application.letters.get().title == "Vi har avvist søknaden"


def test_the_second_ruling_is_refused_and_the_same_again_is_quiet():
    application = create_late()
    one, other = create_caseworker(), create_caseworker()
    declare_impartial(application, one, other)
    now = timezone.now()
    application.take_in(by=Actor(one), now=now, reason="Nettet var nede.")

    application.take_in(by=Actor(one), now=now, reason="Nettet var nede.")
    with pytest.raises(Refused, match="alt tatt inn"):
        application.take_in(by=Actor(other), now=now, reason="Noe annet.")

    assert LateEntry.objects.get().ruling == "Nettet var nede."
    assert len(told(application, "late_taken_in")) == 1


def test_nothing_comes_late_to_a_round_that_takes_it():
    application = create_draft()

    application.submit_late(
        by=Actor(application.started_by),
        now=timezone.now(),
        declared=True,
        reason="Jeg trodde fristen var ute.",
    )

    assert (application.state, application.late) == (State.SUBMITTED, None)


def test_staff_see_what_came_late_and_take_it_in(client):
    application = taken(create_late())
    client.force_login(application.caseworker)
    page = client.get(application.get_case_url()).content.decode()
    listed = client.get(reverse("admin:case_list"), {"status": "sen"})
    case = [application.year, application.number[5:]]

    client.post(reverse("admin:case_take_in", args=case), {"reason": "Strømbrudd."})

    after = client.get(reverse("admin:case_list"), {"status": "sen"})
    assert "Søknaden kom etter fristen" in page
    assert listed.context["cases"] == [application]
    assert after.context["cases"] == []
    assert LateEntry.objects.get().ruling == "Strømbrudd."


def test_a_caseworker_gives_leave_on_the_rounds_page(client):
    draft = draft_closing_at(timezone.now() - timedelta(days=1))
    caseworker = create_caseworker()
    client.force_login(caseworker)
    url = reverse("admin:round_leave", args=[draft.round_id])
    day = timezone.localdate() + timedelta(days=2)
    typed = {"last_day": f"{day:%d.%m.%Y}", "last_minute": "12.00", "reason": "Syk."}

    unknown = client.post(url, typed | {"who": "ukjent@example.test"})
    given = client.post(url, typed | {"who": draft.started_by.email.upper()})

    assert "Vi finner ingen søker med dette." in unknown.content.decode()
    assert given.status_code == 302
    leave = LateException.objects.get()
    assert (leave.applicant, leave.granted_by) == (draft.applicant, caseworker)
    assert deadline(leave.until).endswith("kl. 12.00")
    assert draft.applicant.name in client.get(url).content.decode()


# --- the portal was down --------------------------------------------------------------


def test_an_outage_moves_the_closing_for_all_once_and_tells_them(
    django_capture_on_commit_callbacks,
):
    draft = create_draft_of(create_closed_round())
    round = draft.round
    follower = create_user()
    RoundFollower.objects.create(round=round, user=follower)
    RoundFollower.objects.create(round=round, user=draft.started_by)
    down_from = round.closes_at - timedelta(hours=3)
    down_to = round.closes_at - timedelta(hours=1)
    arguments = [round.slug, f"--down-from={down_from.isoformat()}"]
    arguments += [f"--down-to={down_to.isoformat()}", "--reason=Portalen var nede."]

    for _twice in range(2):
        call_command("extend_round", *arguments, stdout=StringIO())
    round.refresh_from_db()
    for _twice in range(2):
        tell_of_later_closing(round.pk, round.closes_at.isoformat())

    late = round.closes_at - (down_to + timedelta(days=1))
    assert timedelta(0) <= late < timedelta(minutes=1)
    assert JournalEntry.objects.about(round).filter(verb="round_extended").count() == 1
    assert told(draft, "round_extended") == [draft.started_by]
    assert told(round, "followed_round_extended") == [follower]
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("hours_from", "hours_to", "message"),
    [
        (-1, -2, "nede fra før"),
        (-50, -30, "ikke nede det siste døgnet"),
        (1, 2, "ikke nede det siste døgnet"),
        (-2, 4, "Vent til portalen er oppe igjen"),
    ],
)
def test_an_outage_that_kept_nobody_from_sending_moves_nothing(
    hours_from, hours_to, message
):
    round = create_round()
    closes_at = round.closes_at
    times = {
        "down_from": closes_at + timedelta(hours=hours_from),
        "down_to": closes_at + timedelta(hours=hours_to),
    }

    with pytest.raises(Refused, match=message):
        round.make_up_for_downtime(
            **times,
            by=Actor.system(),
            now=closes_at + timedelta(hours=3),
            reason="Nede.",
        )

    assert Round.objects.get(pk=round.pk).closes_at == closes_at


def test_extending_until_a_time_is_done_once_and_all_or_none():
    one, rolling = create_round(), create_round(closes_at=None)
    until = one.closes_at + timedelta(days=1)
    extend = [f"--until={until.isoformat()}", "--reason=Nede."]

    with pytest.raises(CommandError, match=rolling.slug):
        call_command("extend_round", one.slug, rolling.slug, *extend)
    untouched = Round.objects.get(pk=one.pk).closes_at
    for _twice in range(2):
        call_command("extend_round", one.slug, *extend, stdout=StringIO())

    assert untouched == one.closes_at
    assert Round.objects.get(pk=one.pk).closes_at == one.closes_at + timedelta(days=1)
    assert JournalEntry.objects.about(one).filter(verb="round_extended").count() == 1

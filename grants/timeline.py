"""Where a case stands, in plain words and with dates, for the one who applied."""

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import (
    Appeal,
    AppealState,
    Application,
    Award,
    Decision,
    InfoRequest,
    LateException,
    LegalTerm,
    ReasonsRequest,
    State,
    Version,
)
from grants.models.awards import AwardState
from grants.pace import usual_wait
from omradesatsing.journal.models import JournalEntry
from omradesatsing.ui.templatetags.ui import date_no, in_lang


def cases_of(user):
    """The user's drafts and cases, each with what a list shows. One query."""
    return _with_what_a_list_shows(Application.objects.of_applicants(user))


def helped_cases_of(user):
    """What the user helps others to write, or waits for them to confirm. One query."""
    own = Application.objects.of_applicants(user).values("pk")
    helped = Application.objects.helped_by(user).exclude(pk__in=own)
    return _with_what_a_list_shows(helped)


def _with_what_a_list_shows(applications):
    """Adds `title`, `amount` (asked for), `due_on` (of what is asked for now, or None),
    `outcome` (of the decision that is announced, or None), `award_state` and
    `answer_by` of the money that is promised by it, `edited_at`, and `leave_until` (the
    applicant's leave to send after the closing, or None).
    """
    versions = Version.objects.filter(application=OuterRef("pk")).order_by("-number")
    asked = InfoRequest.objects.open().filter(application=OuterRef("pk"))
    decided = (
        Decision.objects.announced()
        .filter(application=OuterRef("pk"))
        .order_by("-version")
    )
    told = Award.objects.filter(
        application=OuterRef("pk"), decision__announced_at__isnull=False
    )
    # Leave that ends before a closing that was moved, is of no use any more.
    leave = LateException.objects.filter(
        round=OuterRef("round"),
        applicant=OuterRef("applicant"),
        until__gt=OuterRef("round__closes_at"),
    ).order_by("-until")
    return applications.select_related("round", "area", "applicant").annotate(
        leave_until=Subquery(leave.values("until")[:1]),
        title=Subquery(versions.values("title")[:1]),
        amount=Subquery(versions.values("amount")[:1]),
        due_on=Subquery(asked.values("due_on")[:1]),
        outcome=Subquery(decided.values("outcome")[:1]),
        award_state=Subquery(told.values("state")[:1]),
        answer_by=Subquery(told.values("answer_by")[:1]),
        edited_at=Subquery(versions.values("edited_at")[:1]),
    )


def standing(application, *, outcome, due_on, award_state=None, answer_by=None):
    """Words and tone for a tag. Until a decision is made known it is «til vedtak»."""
    if award_state == AwardState.DECLINED:
        return (_("Takket nei"), "muted")
    if award_state == AwardState.OFFERED and answer_by:
        return (_("Venter på svar fra deg"), "accent")
    if application.state == State.DECIDED and outcome:
        words = {
            "granted": _("Innvilget"),
            "partly": _("Delvis innvilget"),
            "refused": _("Avslått"),
            "dismissed": _("Avvist"),
        }
        return (words[outcome], "strong")
    return {
        State.DRAFT: (_("Ikke sendt"), "accent"),
        State.SUBMITTED: (_("Mottatt"), "info"),
        State.IN_REVIEW: (_("Til behandling"), "info"),
        State.NEEDS_INFO: (_("Venter på deg"), "accent"),
        State.RECOMMENDED: (_("Til vedtak"), "info"),
        State.DECIDED: (_("Til vedtak"), "info"),
        State.WITHDRAWN: (_("Trukket"), "muted"),
    }[application.state]


def next_step(application, *, outcome, due_on, award_state=None, answer_by=None):
    """What happens now, in one sentence."""
    if award_state == AwardState.DECLINED:
        return _("Du har takket nei til tilskuddet.")
    if award_state == AwardState.OFFERED and answer_by:
        return _("Du har fått tilsagn. Fristen for å svare er %(day)s.") % {
            "day": date_no(answer_by)
        }
    answer_on = application.round.expected_answer_on
    if application.state == State.NEEDS_INFO and due_on:
        return _("Vi trenger svar fra deg senest %(day)s.") % {"day": date_no(due_on)}
    if application.state == State.DECIDED and outcome:
        return _("Søknaden er avgjort. Les brevet.")
    if application.state == State.WITHDRAWN:
        return _("Du har trukket søknaden. Vi behandler den ikke videre.")
    if answer_on:
        return _("Du kan vente svar innen %(day)s.") % {"day": date_no(answer_on)}
    return _("Vi behandler søknadene etter hvert som de kommer.")


def timeline(application, *, today):
    """What has happened, what happens now, and what comes: dicts for `timeline` items.

    Each has `state` (done, current, coming), `when` (an instant, a day or None),
    `title` and `text`.
    """
    case = [application.year, application.sequence]
    entries = [
        event(
            application.submitted_at,
            _("Søknaden er sendt"),
            _("Den fikk saksnummer %(number)s.") % {"number": application.number},
            url=reverse("grants:application_receipt", args=case),
            link=_("Se kvitteringen"),
        )
    ]
    taken_at = when_taken(application)
    if taken_at:
        entries.append(event(taken_at, _("En saksbehandler har begynt på søknaden")))
    for request in application.info_requests.all():
        entries.append(
            event(request.asked_at, _("Vi spurte om mer"), in_lang(request.text))
        )
        if request.answered_at:
            answer = in_lang(request.answer, "")
            entries.append(event(request.answered_at, _("Du svarte"), answer))
        if request.closed_at and request.closed_at != application.withdrawn_at:
            title = _("Vi gikk videre uten svar på spørsmålet")
            entries.append(event(request.closed_at, title, begun_answer(request)))
    decisions = application.decisions.announced().select_related("letter")
    for number, decision in enumerate(decisions):
        title = _("Vedtaket er endret") if number else _("Søknaden er avgjort")
        url = reverse("grants:letter_detail", args=[*case, decision.letter.pk])
        entries.append(
            event(decision.announced_at, title, url=url, link=_("Les brevet"))
        )
    entries += appeal_events(application) + answer_events(application)
    entries += reasons_events(application)
    if application.withdrawn_at:
        entries.append(event(application.withdrawn_at, _("Du trakk søknaden")))
    entries.sort(key=lambda entry: entry["when"])
    return entries + what_comes(application, decided=bool(decisions), today=today)


def appeal_events(application):
    """What has happened to the appeals in the case."""
    entries = []
    for appeal in Appeal.objects.of_case(application).select_related("decision"):
        own = {}
        if appeal.by_party:
            own = {"url": appeal.get_absolute_url(), "link": _("Se klagen")}
            title = _("Vi fikk klagen din")
        else:
            title = _("Noen andre klaget på vedtaket")
        entries.append(event(appeal.received_at, title, **own))
        if appeal.forwarded_at:
            entries.append(
                event(appeal.forwarded_at, _("Klagen ble sendt til klageinstansen"))
            )
        ended = {
            AppealState.CHANGED: (appeal.reviewed_at, _("Klagen førte fram")),
            AppealState.DISMISSED: (appeal.reviewed_at, _("Klagen ble avvist")),
            AppealState.SETTLED: (appeal.settled_at, _("Klagen er avgjort")),
            AppealState.WITHDRAWN: (appeal.withdrawn_at, _("Klagen ble trukket")),
        }.get(appeal.state)
        if ended:
            entries.append(event(*ended))
    return entries


def answer_events(application):
    """What was said to the money, by the journal: a yes may have become a no."""
    titles = {
        "award_accepted": _("Dere tok imot tilskuddet"),
        "award_declined": _("Dere takket nei til tilskuddet"),
    }
    said = JournalEntry.objects.about(application).filter(verb__in=titles)
    return [event(entry.at, titles[entry.verb]) for entry in said]


def reasons_events(application):
    """That someone asked for reasons afterwards, and that they were sent."""
    entries = []
    requests = ReasonsRequest.objects.filter(decision__application=application)
    for request in requests.select_related("letter__application"):
        entries.append(event(request.asked_at, _("Du ba om begrunnelse")))
        if letter := request.letter:
            entries.append(
                event(
                    letter.written_at,
                    _("Vi sendte begrunnelsen"),
                    url=letter.get_absolute_url(),
                    link=_("Les brevet"),
                )
            )
    return entries


def begun_answer(request):
    """What the applicant had written to a request that was closed, or nothing."""
    if not request.unsent_answer:
        return ""
    words = _("Dette hadde du skrevet, men ikke sendt: {answer}")
    return format_html(words, answer=in_lang(request.unsent_answer, ""))


def when_taken(application):
    """When the first caseworker began: with a word on their own impartiality."""
    taken = JournalEntry.objects.about(application).filter(verb="take").first()
    if taken is None:
        return None
    declared = application.declarations.filter(user=taken.actor_id, conflict=False)
    return declared.values_list("declared_at", flat=True).first() or taken.at


def event(when, title, text="", **link):
    return {"state": "done", "when": when, "title": title, "text": text} | link


def what_comes(application, *, decided, today):
    """The steps that are left, with dates that are promised, or else an estimate."""
    if decided or application.state == State.WITHDRAWN:
        return []
    if application.state == State.SUBMITTED:
        now = (_("Søknaden venter på en saksbehandler"), "")
    elif application.state == State.IN_REVIEW:
        now = (
            _("Søknaden blir vurdert"),
            _("Vi vurderer den mot kriteriene i utlysningen."),
        )
    elif application.state == State.NEEDS_INFO:
        now = (_("Vi venter på svar fra deg"), "")
    else:
        now = (
            _("Søknaden er ferdig vurdert og ligger til vedtak"),
            _("En annen enn saksbehandleren avgjør den."),
        )
    steps = [{"state": "current", "when": None, "title": now[0], "text": now[1]}]
    text = _("Du får brev her på Min side, og en e-post som sier fra.")
    coming = [
        (_("Svar på søknaden"), f"{when_answered(application, today)} {text}"),
        (_("Du kan klage"), appeal_period(application, today)),
        (
            _("Pengene kommer, hvis dere får tilskudd"),
            capfirst(application.round.get_payment_mode_display()) + ".",
        ),
    ]
    return steps + [
        {"state": "coming", "when": None, "title": title, "text": text}
        for title, text in coming
        if text
    ]


def when_answered(application, today):
    """What has been promised; else what earlier cases took; and whether we are late."""
    round = application.round
    promised = round.expected_answer_on
    if promised and promised < today:
        return _(
            "Vi hadde sagt at svaret skulle komme innen %(day)s, men vi er dessverre "
            "forsinket. Ta kontakt hvis dere ikke kan vente."
        ) % {"day": date_no(promised)}
    if promised:
        return _("Ventes innen %(day)s.") % {"day": date_no(promised)}
    days = usual_wait(round)
    since = timezone.localdate(round.closes_at or application.submitted_at)
    waited = (today - since).days
    if days is None:
        return ""
    words = ngettext(
        "I tidligere saker tok det omtrent %(n)d dag.",
        "I tidligere saker tok det omtrent %(n)d dager.",
        days,
    ) % {"n": days}
    if waited > days:
        return _("%(usual)s Denne har tatt lenger tid.") % {"usual": words}
    return words


def appeal_period(application, today):
    """How long one has to appeal, by the rule that is in force on the day."""
    term = LegalTerm.objects.in_force(today).filter(kind=LegalTerm.Kind.APPEAL).first()
    if term is None:
        return ""
    words = {
        LegalTerm.Unit.DAYS: ngettext("%(n)d dag", "%(n)d dager", term.amount),
        LegalTerm.Unit.WEEKS: ngettext("%(n)d uke", "%(n)d uker", term.amount),
        LegalTerm.Unit.MONTHS: ngettext("%(n)d måned", "%(n)d måneder", term.amount),
    }[term.unit] % {"n": term.amount}
    return _("Er dere uenige, kan dere klage innen %(period)s.") % {"period": words}

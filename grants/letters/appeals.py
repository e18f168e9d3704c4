"""The letters of an appeal: received, sent on, and what became of it.

Each takes the appeal, the language of the letter and the instant it is written, and
returns its title and sections (see the package's docstring).
"""

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grants.deadlines import due_date
from grants.letters import paragraphs
from grants.models.schemes import LegalTerm, LetterText
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import date_no, money, phone


def received(appeal, *, language, now):
    """That the appeal has come, and what happens now."""
    with translation.override(language):
        if appeal.by_party:
            title = _("Vi har fått klagen din")
            first = _("Vi har fått klagen på vedtaket i sak %(number)s.")
        else:
            title = _("Noen andre har klaget på vedtaket")
            first = _(
                "En som mener å være berørt, har klaget på vedtaket i sak %(number)s. "
                "Du kan skrive hva du mener om klagen, som en melding i saken."
            )
        number = {"number": appeal.application.number}
        sections = [
            section(
                title,
                [first % number, _("Vedtaket gjelder mens vi behandler klagen.")],
                appeal,
                facts=[
                    [_("Mottatt"), date_no(appeal.received_at)],
                    [_("Regnes som sendt"), date_no(appeal.sent_on)],
                    *due_fact(appeal),
                ],
            ),
            {"heading": _("Dette er klaget på"), "paragraphs": said(appeal)},
            {"heading": _("Hva skjer nå"), "paragraphs": what_now(appeal)},
        ]
        return title, [*sections, contact(appeal)]


def due_fact(appeal):
    return [[_("Klagefrist"), date_no(appeal.due_on)]] if appeal.due_on else []


def said(appeal):
    """What the appellant wants, in their own words."""
    return paragraphs(appeal.wanted) + paragraphs(appeal.reasons)


def what_now(appeal):
    body = appeal.application.round.scheme.appeal_body.name
    steps = []
    if appeal.is_late:
        steps.append(
            _(
                "Klagen kom etter fristen. Vi vurderer om det er særlige grunner til å "
                "behandle den likevel. Du får svar uansett."
            )
        )
    steps.append(
        _(
            "Først ser vi på saken på nytt. Er vi enige med deg, endrer vi vedtaket. "
            "Ellers sender vi klagen til %(body)s, som avgjør den. Du får kopi av det "
            "vi skriver."
        )
        % {"body": body}
    )
    if appeal.wants_delay:
        steps.append(
            _(
                "Du har bedt om at vi venter med å gjennomføre vedtaket. Du får eget "
                "svar på det."
            )
        )
    return steps


def forwarded(appeal, *, language, now):
    """That the appeal body has it, with what we have written to them."""
    scheme = appeal.application.round.scheme
    with translation.override(language):
        title = _("Vi har sendt klagen videre")
        text = _(
            "Vi har sett på saken på nytt og mener at vedtaket bør stå. Derfor har vi "
            "sendt klagen i sak %(number)s til %(body)s, som avgjør den."
        ) % {"number": appeal.application.number, "body": scheme.appeal_body.name}
        sections = [
            section(title, [text], appeal),
            {
                "heading": _("Dette har vi skrevet til klageinstansen"),
                "paragraphs": paragraphs(appeal.statement),
            },
            {
                "heading": _("Hva du kan gjøre nå"),
                "paragraphs": [
                    _(
                        "Du trenger ikke gjøre noe. Er du uenig i det vi har skrevet, "
                        "kan du sende en melding i saken. Klageinstansen får lese den."
                    )
                ],
            },
        ]
        return title, [*sections, contact(appeal)]


def outcome(appeal, *, language, now):
    """What became of the appeal; the result stands in the first sentence."""
    with translation.override(language):
        title, first = result(appeal)
        sections = [section(title, [first], appeal)]
        sections.append({"heading": _("Begrunnelse"), "paragraphs": why(appeal)})
        if appeal.state == "settled" and appeal.harm_interests:
            sections.append(
                {
                    "heading": _("Hvorfor vedtaket kan bli dårligere for deg"),
                    "paragraphs": paragraphs(appeal.harm_interests),
                }
            )
        if in_favour(appeal):
            sections.append(costs())
        if appeal.state == "dismissed":
            kind = LetterText.Kind.APPEAL
            sections.append(passage(appeal, kind, language=language, now=now))
        elif appeal.state == "settled":
            sections.append(
                {
                    "heading": _("Dette kan ikke klages på"),
                    "paragraphs": [
                        _(
                            "Klageinstansens avgjørelse er endelig. Mener du at noe er "
                            "gjort feil, kan du klage til Sivilombudet."
                        )
                    ],
                }
            )
        kind = LetterText.Kind.ACCESS
        sections.append(passage(appeal, kind, language=language, now=now))
        return title, [*sections, signature(appeal)]


def result(appeal):
    """The title, and the sentence that says what became of it."""
    body = appeal.application.round.scheme.appeal_body.name
    number = {"number": appeal.application.number, "body": body}
    if appeal.state == "changed":
        return _("Du har fått medhold i klagen"), _(
            "Vi har endret vedtaket i sak %(number)s etter klagen. Det nye vedtaket "
            "kommer i et eget brev."
        ) % number
    if appeal.state == "dismissed":
        return _("Vi har avvist klagen"), _(
            "Klagen i sak %(number)s er avvist. Det betyr at vi ikke har vurdert "
            "innholdet."
        ) % number
    title, text = {
        "upheld": (
            _("Vedtaket blir stående"),
            _("%(body)s har avgjort klagen i sak %(number)s: Vedtaket blir stående."),
        ),
        "changed": (
            _("Klageinstansen har endret vedtaket"),
            _(
                "%(body)s har endret vedtaket i sak %(number)s etter klagen. Det nye "
                "vedtaket kommer i et eget brev."
            ),
        ),
        "sent_back": (
            _("Saken skal behandles på nytt"),
            _(
                "%(body)s har sendt sak %(number)s tilbake. Den skal behandles på "
                "nytt, og du får et nytt vedtak."
            ),
        ),
        "dismissed": (
            _("Klageinstansen har avvist klagen"),
            _(
                "%(body)s har avvist klagen i sak %(number)s. Det betyr at innholdet "
                "ikke er vurdert."
            ),
        ),
    }[appeal.proposed]
    return title, text % number


def why(appeal):
    if appeal.state == "settled":
        return paragraphs(appeal.proposed_reasons)
    return paragraphs(appeal.statement)


def in_favour(appeal):
    """Whether the decision was changed to the good of the one who appealed."""
    if not appeal.by_party:
        return False
    if appeal.state == "changed":
        return True
    return appeal.proposed == "changed" and not appeal.harm_interests


def costs():
    return {
        "heading": _("Du kan få dekket kostnader"),
        "paragraphs": [
            _(
                "Har du hatt kostnader som var nødvendige for å få endret vedtaket, "
                "for eksempel til advokat, kan du be om å få dem dekket. Skriv til oss "
                "senest tre uker etter at du fikk dette brevet (forvaltningsloven "
                "§ 36)."
            )
        ],
    }


def passage(appeal, kind, *, language, now):
    """A passage that the law asks for, in the wording that is in force."""
    texts = LetterText.objects.in_force(timezone.localdate(now)).filter(
        kind=kind, language=language
    )
    text = texts.order_by("valid_from").last()
    if text is None:
        raise Refused(
            f"Brevteksten «{kind.label}» mangler på {language}. Be "
            "administrator legge den inn."
        )
    body = text.text
    for placeholder, value in {
        "{due_date}": date_no(due_date(LegalTerm.Kind.APPEAL, start=now)),
        "{appeal_body}": appeal.application.round.scheme.appeal_body.name,
    }.items():
        body = body.replace(placeholder, value)
    return {"heading": text.heading, "paragraphs": paragraphs(body)}


def section(heading, texts, appeal, facts=()):
    """The first section: what it is about; an example says so."""
    case = appeal.application
    found = {
        "heading": _("Klagen"),
        "paragraphs": texts,
        "facts": [
            [_("Prosjekt"), case.versions.sent().last().title],
            [_("Vedtaksdato"), date_no(appeal.decision.decided_at)],
            [_("Vedtaket"), in_short(appeal.decision)],
            *facts,
        ],
    }
    if case.round.scheme.example:
        found["mark"] = _("Eksempel – ikke et vedtak fra Bergen kommune")
    return found


def in_short(decision):
    words = str(decision.get_outcome_display())
    return f"{words}, {money(decision.amount)}" if decision.amount else words


def signature(appeal):
    """Who settled it, and where to ask."""
    found = contact(appeal)
    by = appeal.settled_by or appeal.reviewed_by
    found["facts"] = [[_("Avgjort av"), str(by)], *found["facts"]]
    if appeal.state == "settled":
        body = appeal.application.round.scheme.appeal_body.name
        found["facts"].insert(0, [_("Klageinstans"), body])
        found["facts"].insert(2, [_("Forberedt av"), str(appeal.proposed_by)])
    return found


def contact(appeal):
    round = appeal.application.round
    ways = [round.contact_name, round.contact_email, phone(round.contact_phone)]
    return {
        "heading": _("Ansvarlig og kontakt"),
        "facts": [[_("Kontakt"), ", ".join(way for way in ways if way)]],
        "paragraphs": [
            _("Brevet er godkjent elektronisk og har derfor ingen underskrift.")
        ],
    }

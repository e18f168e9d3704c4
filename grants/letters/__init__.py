"""Letters, built from what was decided and from dated texts; nothing is typed freely.

A letter is a title and a list of sections. A section is a dict with `heading` and any
of `mark` (a frame that says that this is an example, or a translation), `paragraphs`
(list of texts), `facts` (list of [label, value]), and `columns` (three headings) with
`lines` (list of [criterion, mark, reason]). `lang` is the language of the paragraphs,
and `lines_lang` of criteria and their reasons, where it is another than the letter's:
what was written in Norwegian is quoted. The page and the PDF are both made from it, and
every word is in it, labels too: a letter does not change language with its reader.
"""

from datetime import timedelta

from django.template.defaultfilters import floatformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grants.deadlines import due_date
from grants.models.schemes import LegalTerm, LetterText
from omradesatsing.accounts.refusals import Refused
from omradesatsing.ui.templatetags.ui import date_no, money, phone


def decision_letter(decision, *, language, now, is_translation=False):
    """Title and sections of the letter that tells of a decision.

    `language` is nb, nn or en; `now` is when it is announced: the time to appeal is
    counted from that day and written as a date. What people typed stays as they typed
    it. A translation says that the Norwegian letter is the decision. Raises Refused
    when a text or a period that the law asks for is not in force.
    """
    with translation.override(language):
        sections = sections_of(decision, language=language, now=now)
        if is_translation:
            mark = _("Oversettelse. Det norske brevet er vedtaket.")
            sections[0]["mark"] = " ".join([mark, sections[0].get("mark", "")]).strip()
        return title_of(decision), sections


def title_of(decision):
    titles = {
        "granted": _("Vi har sagt ja til søknaden"),
        "partly": _("Vi har sagt ja til en del av søknaden"),
        "refused": _("Vi har sagt nei til søknaden"),
        "dismissed": _("Vi har avvist søknaden"),
    }
    return titles[decision.outcome]


def sections_of(decision, *, language, now):
    version = decision.application.versions.sent().last()
    sections = [outcome(decision, version)]
    if decision.changes_known:
        sections.append(change(decision))
    sections += reasons(decision, language=language)
    if decision.gives_money:
        sections += award(decision, version, language=language, now=now)
    sections += fixed_texts(decision, kinds_for(decision), language=language, now=now)
    sections.append(signature(decision))
    return sections


def outcome(decision, version):
    application = decision.application
    scheme = application.round.scheme
    facts = [
        [_("Søker"), application.applicant.name],
        [_("Prosjekt"), version.title],
        [_("Område"), application.area.name],
        [_("Utlysning"), application.round.title],
        [_("Ordning"), scheme.name],
        [_("Søkt om"), money(decision.asked_amount)],
    ]
    if scheme.legal_basis:
        facts.insert(5, [_("Ordningen bygger på"), scheme.legal_basis])
    if decision.gives_money:
        facts.append([_("Innvilget"), money(decision.amount)])
    facts.append([_("Vedtaksdato"), date_no(decision.decided_at)])
    section = {
        "heading": _("Vedtaket"),
        "paragraphs": [outcome_sentence(decision, version)],
        "facts": facts,
    }
    if scheme.example:
        section["mark"] = _("Eksempel – ikke et vedtak fra Bergen kommune")
    return section


def outcome_sentence(decision, version):
    sentences = {
        "granted": _("Dere får %(amount)s til prosjektet «%(project)s»."),
        "partly": _(
            "Dere får %(amount)s til prosjektet «%(project)s». Det er mindre enn "
            "dere søkte om."
        ),
        "refused": _(
            "Dere får ikke tilskudd til prosjektet «%(project)s» denne gangen."
        ),
        "short_of_money": _(
            "Dere får ikke tilskudd til prosjektet «%(project)s» denne gangen, fordi "
            "pengene ikke rakk til alle."
        ),
        "dismissed": _(
            "Søknaden om prosjektet «%(project)s» er avvist. Det betyr at vi ikke har "
            "vurdert innholdet."
        ),
    }
    if decision.application.applicant.kind == "person":
        sentences |= {
            "granted": _("Du får %(amount)s til prosjektet «%(project)s»."),
            "partly": _(
                "Du får %(amount)s til prosjektet «%(project)s». Det er mindre enn du "
                "søkte om."
            ),
            "refused": _(
                "Du får ikke tilskudd til prosjektet «%(project)s» denne gangen."
            ),
            "short_of_money": _(
                "Du får ikke tilskudd til prosjektet «%(project)s» denne gangen, fordi "
                "pengene ikke rakk til alle."
            ),
        }
    kind = "short_of_money" if is_short_of_money(decision) else decision.outcome
    return sentences[kind] % {
        "amount": money(decision.amount),
        "project": version.title,
    }


def change(decision):
    """What is new, and what sort of change it is; the applicant had another letter."""
    heading, first = {
        "correction": (
            _("Vedtaket er rettet"),
            _("Dette vedtaket erstatter det vi har sendt før. Dette er rettet:"),
        ),
        "reversal": (
            _("Vedtaket er gjort om"),
            _("Dette vedtaket erstatter det vi har sendt før. Dette er endret:"),
        ),
        "appeal": (
            _("Vedtaket er endret etter klage"),
            _("Dette vedtaket erstatter det vi har sendt før. Dette er endret:"),
        ),
    }[decision.kind]
    return {
        "heading": heading,
        "paragraphs": [first, *paragraphs(decision.what_changed)],
    }


def is_short_of_money(decision):
    """Whether it is a refusal because the money went to others."""
    return decision.outcome == "refused" and bool(decision.why_amount)


def quoted(language):
    """Marks words that are shown as they were written, in Norwegian."""
    return {} if language in ("nb", "nn") else {"lang": "nb"}


def reasons(decision, *, language):
    """Facts, rules and considerations, then the line for each published criterion.

    In a translation they are the caseworker's own, if there is one; else the Norwegian
    words are quoted.
    """
    if decision.outcome == "refused":
        why = _("Hvor grensen gikk, og hvorfor søknaden falt under den")
    else:
        why = _("Hvorfor dette beløpet")
    texts = [
        (_("Dette bygger vi på"), decision.facts),
        (_("Reglene vi har brukt"), decision.rules),
        (_("Slik har vi vurdert det"), decision.considerations),
        (why, decision.why_amount),
    ]
    quote = quoted(language)
    if quote and decision.reasons_in_english:
        texts = [(_("Begrunnelsen"), decision.reasons_in_english)]
        quote = {}
    found = [
        {"heading": heading, "paragraphs": paragraphs(text)} | quote
        for heading, text in texts
        if text
    ]
    lines = [
        [line.criterion.name, mark_in_words(line.mark), line.text]
        for line in decision.lines.select_related("criterion")
    ]
    # A dismissal does not judge what was applied for, even if someone had marked it.
    if lines and decision.outcome != "dismissed":
        found.append(
            {
                "heading": _("Vurdert mot kriteriene i utlysningen"),
                "paragraphs": [
                    _("Skalaen går fra 1 (i liten grad) til 5 (i svært stor grad).")
                ],
                "columns": [_("Kriterium"), _("Vurdering"), _("Begrunnelse")],
                "lines": lines,
            }
            | ({"lines_lang": "nb"} if quoted(language) else {})
        )
    return found


def award(decision, version, *, language, now):
    """What the money is for, when it comes, and what is asked for in return."""
    round = decision.application.round
    report_due = version.ends_on + timedelta(days=round.report_due_days)
    found = [
        {
            "heading": _("Tilskuddet"),
            "facts": [
                [_("Beløp"), money(decision.amount)],
                [_("Formål"), version.summary],
                [
                    _("Prosjektperiode"),
                    f"{date_no(version.starts_on)} – {date_no(version.ends_on)}",
                ],
                [_("Svar på tilsagnet"), answer(decision, now=now)],
                [_("Utbetaling"), str(round.get_payment_mode_display())],
                [_("Rapport"), _("senest %(day)s") % {"day": date_no(report_due)}],
                [_("Krav til rapporten"), " ".join(paragraphs(round.report_rule))],
            ],
        }
    ]
    if decision.conditions:
        found.append(
            {
                "heading": _("Særlige vilkår for dette tilskuddet"),
                "paragraphs": paragraphs(decision.conditions),
            }
            | quoted(language)
        )
    return found


def answer(decision, *, now):
    """By when to say yes or no; or what was said before a letter was corrected."""
    given = getattr(decision, "award", None)
    if given and given.state == "accepted":
        return _("Tilskuddet er tatt imot.")
    if given and given.state == "declined":
        return _("Det er takket nei til tilskuddet.")
    day = date_no(decision.application.round.answer_day(now))
    return _(
        "Si ja eller nei takk på Min side senest %(day)s, eller skriv til "
        "saksbehandleren."
    ) % {"day": day}


def fixed_texts(decision, kinds, *, language, now):
    """The passages of those kinds, in order, in the wording in force on the day."""
    day = timezone.localdate(now)
    facts = {
        "{due_date}": date_no(due_date(LegalTerm.Kind.APPEAL, start=now)),
        "{appeal_body}": decision.application.round.scheme.appeal_body.name,
    }
    texts = {
        text.kind: text
        for text in LetterText.objects.in_force(day)
        .filter(language=language)
        .order_by("valid_from")
    }
    sections = []
    for kind in kinds:
        if kind not in texts:
            raise Refused(
                f"Brevteksten «{kind.label}» mangler på {language}. Be administrator "
                "legge den inn."
            )
        body = texts[kind].text
        # Not str.format: a brace that someone typed must not stop a decision.
        for placeholder, value in facts.items():
            body = body.replace(placeholder, value)
        sections.append(
            {"heading": texts[kind].heading, "paragraphs": paragraphs(body)}
        )
    return sections


def kinds_for(decision):
    """The fixed texts of a decision's letter, in order."""
    kinds = [LetterText.Kind.APPEAL, LetterText.Kind.ACCESS]
    if decision.kind == "appeal":
        kinds.remove(LetterText.Kind.APPEAL)  # what the appeal body says is final
    if not decision.gives_reasons:
        kinds.insert(0, LetterText.Kind.REASONS)
    if decision.gives_money:
        kinds.insert(0, LetterText.Kind.AWARD_TERMS)
    return kinds


def signature(decision):
    round = decision.application.round
    delegation = decision.delegation
    contact = [round.contact_name, round.contact_email, phone(round.contact_phone)]
    return {
        "heading": _("Ansvarlig og kontakt"),
        "facts": [
            *decided_by(decision),
            [_("Fullmakt fra"), f"{delegation.from_body}, {delegation.reference}"],
            [_("Fullmakten gjelder"), scope(delegation)],
            [_("Saksbehandler"), str(decision.prepared_by)],
            [_("Kontakt"), ", ".join(part for part in contact if part)],
        ],
        "paragraphs": [
            _("Brevet er godkjent elektronisk og har derfor ingen underskrift.")
        ],
    }


def decided_by(decision):
    """The person who decided; or the body, its meeting, and who entered it."""
    entry = decision.body_decision
    if entry is None:
        person = f"{decision.decided_by}, {decision.delegation.to_title}"
        return [[_("Avgjort av"), person]]
    meeting = _("%(body)s, møte %(day)s, sak %(number)s") % {
        "body": entry.body,
        "day": date_no(entry.meeting_on),
        "number": entry.case_number,
    }
    people = _("%(first)s, bekreftet av %(second)s") % {
        "first": entry.entered_by,
        "second": decision.decided_by,
    }
    return [[_("Avgjort av"), meeting], [_("Ført inn av"), people]]


def scope(delegation):
    """What the authority covers: for whom, how much, and how long."""
    facts = {
        "scheme": delegation.scheme,
        "title": delegation.to_title,
        "ceiling": money(delegation.ceiling),
        "first": date_no(delegation.valid_from),
        "last": delegation.valid_to and date_no(delegation.valid_to),
    }
    if delegation.valid_to:
        text = _(
            "%(title)s kan avgjøre saker under %(scheme)s på inntil %(ceiling)s, fra "
            "%(first)s til %(last)s."
        )
    else:
        text = _(
            "%(title)s kan avgjøre saker under %(scheme)s på inntil %(ceiling)s, fra "
            "%(first)s."
        )
    text %= facts
    return text[:1].upper() + text[1:]


def mark_in_words(mark):
    """«4 av 5»; with a decimal only when the mean of two assessors has one."""
    if mark == int(mark):
        return _("%(mark)d av 5") % {"mark": mark}
    return _("%(mark)s av 5") % {"mark": floatformat(mark, 1)}


def paragraphs(text):
    return [part.strip() for part in text.splitlines() if part.strip()]

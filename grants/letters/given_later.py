"""The letter with the reasons that a party asked for afterwards."""

from django.utils import translation
from django.utils.translation import gettext as _

from grants.letters import fixed_texts, paragraphs, quoted, signature
from grants.models.schemes import LetterText
from omradesatsing.ui.templatetags.ui import date_no


def reasons_letter(request, *, language, now, is_translation=False):
    """Title and sections. `request` is a ReasonsRequest with its texts filled in.

    The time to appeal is counted anew from `now`. Raises Refused when a text or a
    period that the law asks for is not in force.
    """
    decision = request.decision
    with translation.override(language):
        title = _("Begrunnelse for vedtaket")
        sections = [opening(request, title), *reasons(request, language=language)]
        kinds = [LetterText.Kind.APPEAL, LetterText.Kind.ACCESS]
        sections += fixed_texts(decision, kinds, language=language, now=now)
        sections.append(signature(decision))
        if is_translation:
            sections[0]["mark"] = _(
                "Oversettelse. Det er det norske brevet som gjelder."
            )
        return title, sections


def opening(request, title):
    decision = request.decision
    case = decision.application
    return {
        "heading": title,
        "paragraphs": [
            _(
                "Dere ba %(asked)s om begrunnelse for vedtaket i sak %(number)s. Her "
                "er den."
            )
            % {"asked": date_no(request.asked_at), "number": case.number},
            _("Fristen for å klage begynner på nytt når dere får dette brevet."),
        ],
        "facts": [
            [_("Søker"), case.applicant.name],
            [_("Prosjekt"), case.versions.sent().last().title],
            [_("Vedtak"), str(decision.get_outcome_display())],
            [_("Vedtaksdato"), date_no(decision.decided_at)],
        ],
    }


def reasons(request, *, language):
    quote = quoted(language)
    texts = [
        (_("Dette bygger vi på"), request.facts),
        (_("Reglene vi har brukt"), request.rules),
        (_("Slik har vi vurdert det"), request.considerations),
    ]
    if quote and request.reasons_in_english:
        texts, quote = [(_("Begrunnelsen"), request.reasons_in_english)], {}
    return [
        {"heading": heading, "paragraphs": paragraphs(text)} | quote
        for heading, text in texts
    ]

"""The letter with facts from others that the applicant may comment on."""

from django.utils import translation
from django.utils.translation import gettext as _

from grants.letters import paragraphs
from omradesatsing.ui.templatetags.ui import date_no


def hearing_letter(application, facts, *, due_on, language):
    """Title and sections. `facts` are HeldFacts; `due_on` is the last day."""
    with translation.override(language):
        title = _("Opplysninger du kan uttale deg om")
        sections = [
            {
                "heading": title,
                "paragraphs": [
                    _(
                        "Vi har fått opplysninger fra andre om søknaden i sak "
                        "%(number)s. De kan få betydning for svaret. Du kan si hva du "
                        "mener om dem før vi går videre."
                    )
                    % {"number": application.number},
                    _("Siste dag for å uttale deg er %(day)s.")
                    % {"day": date_no(due_on)},
                    _(
                        "Du svarer på Min side, eller skriver til kontakten for "
                        "utlysningen. Hører vi ikke fra deg, går vi videre med det vi "
                        "har."
                    ),
                ],
            }
        ]
        for fact in facts:
            sections.append(
                {
                    "heading": _("Fra %(source)s") % {"source": fact.source},
                    "facts": [[_("Sett av oss"), date_no(fact.seen_on)]],
                    "paragraphs": paragraphs(fact.text),
                }
            )
        return title, sections

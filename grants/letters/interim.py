"""The letter that says that a case takes time, and when the answer comes."""

from django.utils import translation
from django.utils.translation import gettext as _

from grants.letters import paragraphs
from omradesatsing.ui.templatetags.ui import date_no


def interim_letter(application, *, expected_on, reason, language):
    """Title and sections. `expected_on` is a date, or None when it is not known yet.

    `reason` is why it takes time; empty when the whole round is answered at once.
    """
    with translation.override(language):
        title = _("Svaret på søknaden din tar litt tid")
        return title, [
            {
                "heading": title,
                "paragraphs": [
                    _(
                        "Vi har fått søknaden i sak %(number)s, og den er ikke ferdig "
                        "behandlet."
                    )
                    % {"number": application.number},
                    *(paragraphs(reason) if reason.strip() else [why(application)]),
                    expectation(expected_on),
                    _(
                        "Du trenger ikke gjøre noe nå. Du ser hvor saken står på Min "
                        "side, og kan skrive til oss der."
                    ),
                ],
            }
        ]


def why(application):
    if application.round.closes_at is None:
        return _("Vi trenger mer tid til å vurdere den.")
    return _(
        "Alle søknadene i utlysningen blir vurdert opp mot hverandre, så de blir "
        "ferdige samtidig."
    )


def expectation(expected_on):
    if expected_on is None:
        return _("Vi vet ikke ennå når svaret kommer. Du får beskjed når vi vet det.")
    return _("Vi regner med å svare innen %(day)s.") % {"day": date_no(expected_on)}

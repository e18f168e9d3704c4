"""The formal points that a new round starts its checklist from.

They become the round's own data: the administrator changes them before publishing.
"""

from django.db import transaction

from grants.models import Round, Step
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

# (what is checked, how the applicant may mend it, source, the part that is reopened)
ITEMS = [
    (
        "Søkeren er en av dem som kan søke",
        "Skriv hvem som søker, og hvem som svarer for pengene.",
        "Utlysningen: hvem som kan søke",
        Step.WHO,
    ),
    (
        "Prosjektet er i området som pengene gjelder",
        "Skriv hvor prosjektet skal skje.",
        "Utlysningen: områder",
        Step.WHERE,
    ),
    (
        "Prosjektet er beskrevet godt nok til å vurderes",
        "Skriv hva dere vil gjøre, for hvem og når.",
        "Forvaltningsloven § 17",
        Step.WHAT,
    ),
    (
        "Budsjettet går opp, og beløpet er innenfor grensene",
        "Rett budsjettet, så kostnadene er like store som pengene som kommer inn.",
        "Utlysningen: penger",
        Step.MONEY,
    ),
    (
        "Vedleggene som utlysningen ber om, er med",
        "Legg ved det som mangler.",
        "Utlysningen: vedlegg",
        Step.FILES,
    ),
    (
        "Rapport for tidligere tilskudd er levert",
        "Send rapporten, eller skriv når den kommer.",
        "Utlysningen: rapport",
        "",
    ),
]


@transaction.atomic
def add_default_checklist(round, *, by):
    """Give a round that has no checklist the usual one; refused when it has some."""
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.published_at:
        raise Refused("Utlysningen er publisert og låst.")
    if current.checklist.exists():
        raise Refused("Utlysningen har alt en sjekkliste. Endre den, eller slett den.")
    for position, (text, help, reference, step) in enumerate(ITEMS, start=1):
        current.checklist.create(
            position=position, text=text, help=help, reference=reference, step=step
        )
    JournalEntry.record("default_checklist_added", about=round, by=by)

"""The five questions of «Kan vi søke?» that a new round starts from.

They become the round's own data: the administrator changes them before publishing.
"""

from django.db import transaction

from grants.models import ApplicantKind, EligibilityAnswer, Round, Verdict
from omradesatsing.accounts.refusals import Refused
from omradesatsing.journal.models import JournalEntry

YES, MAYBE, NO = Verdict.YES, Verdict.MAYBE, Verdict.NO

KINDS = {
    ApplicantKind.ORGANISATION: "Et lag, en forening eller en annen organisasjon",
    ApplicantKind.GROUP: "En gruppe uten organisasjonsnummer",
    ApplicantKind.PERSON: "Én privatperson",
}


@transaction.atomic
def add_default_questions(round, *, by):
    """Give a round that has no questions the five; refused when it has some."""
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.published_at:
        raise Refused("Utlysningen er publisert og låst.")
    if current.eligibility_questions.exists():
        raise Refused("Utlysningen har alt spørsmål. Endre dem, eller slett dem først.")
    for position, (text, help, answers) in enumerate(questions(current), start=1):
        question = current.eligibility_questions.create(
            position=position, text=text, help=help
        )
        EligibilityAnswer.objects.bulk_create(
            EligibilityAnswer(
                question=question,
                position=place,
                text=answer,
                verdict=verdict,
                reason=reason,
            )
            for place, (answer, verdict, reason) in enumerate(answers, start=1)
        )
    JournalEntry.record("default_questions_added", about=round, by=by)


def questions(round):
    """[(question, help, [(answer, verdict, reason)])] for one round."""
    return [
        (
            "Hvor skal prosjektet skje?",
            "Pengene er for dem som bor og ferdes i områdene.",
            [
                *((area, YES, "") for area in areas_of_pots(round)),
                (
                    "Et annet sted",
                    NO,
                    "Utlysningen gjelder bare prosjekter i områdene som er nevnt.",
                ),
            ],
        ),
        (
            "Hvem skal stå som søker?",
            "Søkeren svarer for pengene.",
            [applicant_answer(round, kind) for kind in ApplicantKind],
        ),
        (
            "Hva skal pengene brukes til?",
            "",
            [
                ("Noe som er åpent for dem som bor i området", YES, ""),
                (
                    "Noe bare for våre egne medlemmer",
                    MAYBE,
                    "Tiltak som er åpne for alle, går foran. Skriv i søknaden hvordan "
                    "andre kan bli med.",
                ),
                (
                    "Noe som skal gi overskudd eller gjelder én husholdning",
                    NO,
                    "Tilskuddet skal komme nærmiljøet til gode, ikke en enkelt.",
                ),
            ],
        ),
        (
            "Er prosjektet i gang, eller er det vanlig drift?",
            "",
            [
                ("Nei, det er nytt og har ikke begynt", YES, ""),
                (
                    "Det har begynt",
                    MAYBE,
                    "Vi støtter som regel ikke kostnader dere alt har hatt.",
                ),
                (
                    "Det er vanlig drift, som husleie og lønn",
                    NO,
                    "Tilskuddet gjelder prosjekter, ikke faste kostnader.",
                ),
            ],
        ),
        (
            "Mangler dere rapport for et tilskudd dere har fått før?",
            "",
            [
                ("Nei", YES, ""),
                (
                    "Ja",
                    MAYBE,
                    "Send rapporten først, eller skriv når den kommer. Uten den kan vi "
                    "ikke gi nye penger.",
                ),
                ("Vet ikke", MAYBE, "Spør oss, så finner vi det ut sammen."),
            ],
        ),
    ]


def areas_of_pots(round):
    return (
        round.pots.order_by("areas__name_key")
        .exclude(areas=None)
        .values_list("areas__name", flat=True)
    )


def applicant_answer(round, kind):
    if kind in round.applicant_kinds:
        return KINDS[kind], YES, ""
    return KINDS[kind], NO, "Utlysningen er ikke for denne typen søker."

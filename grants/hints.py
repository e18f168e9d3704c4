"""Hints that somebody on the staff may be tied to a case. They hide nothing.

Ties that staff have told of, and their own names, are held up against what was sent:
people, numbers, names and streets. Names are the same for many; only the person, or
the leader who rules, can say what a hint means.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from coordinators.models import Partner
from grants.models import (
    Answer,
    ApplicantKind,
    BoardMember,
    BudgetLine,
    Helper,
    Membership,
    Organisation,
    Representative,
    Tie,
    Version,
)

# Words that many names end in, and that tell nobody from another.
FORMS = {"as", "asa", "ba", "brl", "da", "fli", "ks", "sa", "stiftelse", "stiftelsen"}
# «Eksempelveien 12 B» is in Eksempelveien.
HOUSE_NUMBER = re.compile(r"\s+\d+\s*[a-zæøå]?\s*$", re.IGNORECASE)
NINE_DIGITS = re.compile(r"(?<!\d)\d{3}\s?\d{3}\s?\d{3}(?!\d)")
SHORTEST = 4  # letters, for a name to be looked for in a text


@dataclass
class Parties:
    """Who and what is in a case: (what it is, name) pairs, numbers, places and text."""

    people: list = field(default_factory=list)
    organisations: list = field(default_factory=list)
    numbers: set = field(default_factory=set)
    places: list = field(default_factory=list)
    text: str = ""
    partners: list = field(default_factory=list)

    @property
    def names(self):
        """Everybody in it, once each."""
        return list(dict.fromkeys(name for _what, name in self.people if name))


@dataclass(frozen=True)
class Hint:
    """What is alike. `is_number`: the same organisation number, and so no mere name."""

    text: str
    is_number: bool = False


def parties_of(cases):
    """{case's pk: Parties} of what was last sent; ten queries, however many cases.

    `cases` are fetched with applicant and organisation.
    """
    found = {case.pk: of_applicant(case) for case in cases}
    last = Version.objects.sent().filter(application=OuterRef("application"))
    versions = list(
        Version.objects.filter(
            application__in=found,
            pk=Subquery(last.order_by("-number").values("pk")[:1]),
        )
    )
    written = texts_of(versions)
    for version in versions:
        parties = found[version.application_id]
        parties.people.append(("kontaktperson", version.contact_name))
        parties.places.append(("stedet i søknaden", version.place))
        parties.text = words(" ".join(written[version.pk]))
        parties.numbers |= {
            re.sub(r"\s", "", number)
            for text in written[version.pk]
            for number in NINE_DIGITS.findall(text)
        }
    name_partners(found.values())
    by_applicant, by_organisation = defaultdict(list), defaultdict(list)
    for case in cases:
        by_applicant[case.applicant_id].append(found[case.pk])
        by_organisation[case.applicant.organisation_id].append(found[case.pk])
    rows = Membership.objects.active().filter(applicant__in=by_applicant)
    for row in rows.select_related("user"):
        for parties in by_applicant[row.applicant_id]:
            parties.people.append(("med hos søkeren", str(row.user)))
    for row in Helper.objects.filter(application__in=found).order_by("pk"):
        found[row.application_id].people.append(("hjelper", row.name))
    for row in Representative.objects.standing().filter(application__in=found):
        found[row.application_id].people.append(("fullmektig", row.name))
    organisations = [key for key in by_organisation if key]
    for row in BoardMember.objects.filter(organisation__in=organisations):
        for parties in by_organisation[row.organisation_id]:
            parties.people.append((f"{row.title.lower()} i registeret", row.name))
    return found


def name_partners(cases):
    """Give each its `partners`: others that the application mentions, as we know them.

    Those that the programme works with by name, any organisation by its number.
    """
    named = list(Partner.objects.values_list("name", flat=True))
    mentioned = set().union(*(parties.numbers for parties in cases))
    known = dict(
        Organisation.objects.filter(orgnr__in=mentioned).values_list("orgnr", "name")
    )
    for parties in cases:
        own = {name_of_organisation(name) for _what, name in parties.organisations}
        others = [name for name in named if has_words(parties.text, words(name))]
        others += [known[number] for number in sorted(parties.numbers & set(known))]
        parties.partners = [
            name
            for name in dict.fromkeys(others)
            if name_of_organisation(name) not in own
        ]
        parties.organisations += [
            ("nevnt i søknaden", name) for name in parties.partners
        ]


def of_applicant(case):
    applicant, parties = case.applicant, Parties()
    parties.organisations.append(("søkeren", applicant.name))
    parties.places.append(("søkerens adresse", applicant.address))
    parties.people += [
        ("ansvarlig person", applicant.answerable_name),
        ("enda en kontakt", applicant.second_name),
    ]
    if applicant.kind == ApplicantKind.PERSON:
        parties.people.append(("søkeren", applicant.name))
    if applicant.organisation:
        parties.organisations.append(("søkeren", applicant.organisation.name))
        parties.numbers.add(applicant.organisation.orgnr)
        parties.places.append(("søkerens adresse", applicant.organisation.address))
    return parties


def texts_of(versions):
    """{version's pk: [text]}: all that applicants have written in their own words."""
    texts = {
        version.pk: [
            version.title,
            version.summary,
            version.description,
            version.need,
            version.participants,
            version.economic_reason,
        ]
        for version in versions
    }
    answers = Answer.objects.filter(version__in=texts)
    lines = BudgetLine.objects.filter(version__in=texts)
    for pk, text in answers.values_list("version", "value"):
        texts[pk].append(text)
    for pk, text in lines.values_list("version", "text"):
        texts[pk].append(text)
    return texts


def hints_for(user, parties, ties):
    """[Hint] for one user in one case. `ties` are the user's own, in force."""
    hints = own_name(user, parties)
    for tie in ties:
        hints += number_hint(tie, parties) or organisation_hints(tie, parties)
        hints += person_hints(tie, parties) + street_hints(tie, parties)
    return list(dict.fromkeys(hints))


def hints_in(case, user, day):
    """[Hint] for one user in one case that day."""
    ties = Tie.objects.own(user).in_force(day)
    return hints_for(user, parties_of([case])[case.pk], ties)


def own_name(user, parties):
    return [
        Hint(f"Navnet er likt: {what} heter {name}.")
        for what, name in parties.people
        if same_person(user.name, name)
    ]


def number_hint(tie, parties):
    if tie.orgnr and tie.orgnr in parties.numbers:
        told = f"{tie}. Organisasjonsnummeret står i saken."
        return [Hint(told, is_number=True)]
    return []


def organisation_hints(tie, parties):
    wanted = name_of_organisation(tie.organisation_name)
    if len(wanted) < SHORTEST:
        return []
    hints = [
        Hint(f"{tie}. Navnet ligner: {what} heter {name}.")
        for what, name in parties.organisations
        if wanted == name_of_organisation(name)
        or has_words(name_of_organisation(name), wanted)
    ]
    if not hints and has_words(parties.text, wanted):
        hints = [Hint(f"{tie}. Navnet er nevnt i søknaden.")]
    return hints


def person_hints(tie, parties):
    hints = [
        Hint(f"{tie}. Navnet er likt: {what} heter {name}.")
        for what, name in parties.people
        if same_person(tie.person_name, name)
    ]
    wanted = words(tie.person_name)
    if not hints and " " in wanted and has_words(parties.text, wanted):
        hints = [Hint(f"{tie}. Navnet er nevnt i søknaden.")]
    return hints


def street_hints(tie, parties):
    wanted = words(HOUSE_NUMBER.sub("", tie.street))
    if len(wanted) < SHORTEST:
        return []
    hints = [
        Hint(f"{tie}. Samme gate: {what} er {place}.")
        for what, place in parties.places
        if has_words(words(place), wanted)
    ]
    if not hints and has_words(parties.text, wanted):
        hints = [Hint(f"{tie}. Gaten er nevnt i søknaden.")]
    return hints


# --- what is alike --------------------------------------------------------------------


def words(text):
    """The words in small letters, without accents and punctuation, one space apart."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    # «å» is no «a»; «é» is an «e».
    plain = plain.replace("a\u030a", "å")
    kept = (mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(re.findall(r"\w+", "".join(kept)))


def name_of_organisation(text):
    return " ".join(word for word in words(text).split() if word not in FORMS)


def same_person(one, other):
    """Whether first and last name are the same; a middle name may be left out."""
    first, second = words(one).split(), words(other).split()
    if len(first) < 2 or len(second) < 2:
        return False
    return (first[0], first[-1]) == (second[0], second[-1])


def has_words(text, wanted):
    return f" {wanted} " in f" {text} "

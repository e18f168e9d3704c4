"""Fictional people, rounds and cases for the demo, all marked as examples.

Everything goes through the same verbs as in real life, so a demo case can be followed
from its first version to its letter. Safe to run again: what is there is kept, and a
round that is open today is made when there is none.
"""

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from areas.models import Area, Body, Theme
from coordinators.models import Assignment, Coordinator, Event
from grants import register_stand_in, registers
from grants.control import of_letters
from grants.deadlines import next_working_day
from grants.models import (
    AccessRequest,
    Advice,
    Appeal,
    Applicant,
    ApplicantKind,
    Application,
    AppointedRuler,
    Delegation,
    InternalNote,
    Membership,
    Outcome,
    PotArea,
    PublicRecord,
    Round,
    Scheme,
    Tie,
    Verdict,
)
from grants.paper import put_on_paper
from omradesatsing.accounts import roles
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import ReportsTo, User
from omradesatsing.files.models import StoredFile
from omradesatsing.loading.practice import load_practice
from omradesatsing.notices.models import Notice
from omradesatsing.ui.fields import amount_as_text

PASSWORD = "omradesatsing"  # noqa: S105 - the demo's own, printed on the screen
DOMAIN = "demo.example"

STAFF = [
    ("admin", "Anna Administrator (eksempel)", roles.ADMINISTRATOR),
    ("redaktor", "Rita Redaktør (eksempel)", roles.EDITOR),
    ("saksbehandler", "Sara Saksbehandler (eksempel)", roles.CASEWORKER),
    ("saksbehandler2", "Simen Saksbehandler (eksempel)", roles.CASEWORKER),
    ("beslutter", "Berit Beslutter (eksempel)", roles.DECIDER),
    ("okonomi", "Ola Økonomi (eksempel)", roles.FINANCE),
    ("klage", "Klara Klagebehandler (eksempel)", roles.APPEALS),
    ("klage2", "Kaja Klagebehandler (eksempel)", roles.APPEALS),
    ("leser", "Lars Leser (eksempel)", roles.READER),
]
COORDINATORS = {
    "solheim-nord": "Nora Nabolag (eksempel)",
    "solheim-sor": "Sigurd Solheim (eksempel)",
    "slettebakken": "Selma Sletten (eksempel)",
    "loddefjord": "Linn Loddefjord (eksempel)",
    "olsvik": "Odd Olsvik (eksempel)",
}
APPLICANTS = [
    ("soker", "Siri Søker (eksempel)"),
    ("soker2", "Stian Søker (eksempel)"),
]

# Synthetic organisation numbers: they begin with 3, as no real ones do.
WHO = {
    "velforening": (ApplicantKind.ORGANISATION, "Eksempel velforening", "310000019"),
    "korps": (ApplicantKind.ORGANISATION, "Eksempel skolekorps", "310000027"),
    "borettslag": (ApplicantKind.ORGANISATION, "Eksempel borettslag", "310000035"),
    "naboer": (ApplicantKind.GROUP, "Naboene i Eksempelveien", ""),
    "ungdom": (ApplicantKind.GROUP, "Eksempel ungdomsgruppe", ""),
    "person": (ApplicantKind.PERSON, "Stian Søker (eksempel)", ""),
}
ACTS_FOR = {
    "soker": ["velforening", "korps", "naboer"],
    "soker2": ["borettslag", "ungdom", "person"],
}

CRITERIA = [
    (
        "Nytte for nærmiljøet",
        "Prosjektet gjør området til et bedre sted å bo, møtes eller vokse opp.",
    ),
    (
        "Åpent for mange",
        "Alle som bor her, kan være med. Det koster lite eller ingenting, og stedet er "
        "lett å komme til.",
    ),
    (
        "Laget sammen",
        "De som skal bruke tilbudet, er med og planlegger. Flere samarbeider.",
    ),
    (
        "Mulig å gjennomføre",
        "Planen og budsjettet er enkle å følge, og noen har ansvaret.",
    ),
]
QUESTIONS = [
    (
        "Hvor skal prosjektet skje?",
        "Utlysningen gjelder områdene med områdesatsing.",
        [
            ("I et av områdene i utlysningen", Verdict.YES, ""),
            (
                "Like ved, men for dem som bor i området",
                Verdict.MAYBE,
                "Prosjektet må være til nytte for dem som bor i området.",
            ),
            (
                "Et annet sted i Bergen",
                Verdict.NO,
                "Pengene er til områdene med områdesatsing. Andre ordninger kan passe.",
            ),
        ],
    ),
    (
        "Hvem søker?",
        "",
        [
            ("Lag, forening, borettslag eller annen organisasjon", Verdict.YES, ""),
            ("En gruppe naboer uten organisasjonsnummer", Verdict.YES, ""),
            (
                "Én privatperson",
                Verdict.MAYBE,
                "Små beløp kan gis til privatpersoner. Det er lettere med flere i lag.",
            ),
            (
                "En bedrift som skal tjene penger på det",
                Verdict.NO,
                "Pengene kan ikke gå til å drive butikk.",
            ),
        ],
    ),
    (
        "Hva er pengene til?",
        "",
        [
            ("En møteplass, en aktivitet eller et arrangement", Verdict.YES, ""),
            ("Utstyr som mange skal bruke", Verdict.YES, ""),
            (
                "Noe som bare noen få får bruke",
                Verdict.NO,
                "Prosjektet må være åpent for dem som bor i området.",
            ),
        ],
    ),
    (
        "Er dere i gang allerede?",
        "",
        [
            ("Nei, vi begynner når vi har fått svar", Verdict.YES, ""),
            (
                "Ja, men det gjelder en ny del",
                Verdict.MAYBE,
                "Skriv tydelig hva som er nytt.",
            ),
            (
                "Vi trenger penger til vanlig drift",
                Verdict.NO,
                "Vanlig drift og lønn støttes ikke.",
            ),
        ],
    ),
    (
        "Har dere levert rapport for tilskudd dere har fått før?",
        "",
        [
            ("Ja, eller vi har ikke fått tilskudd før", Verdict.YES, ""),
            (
                "Nei, den mangler",
                Verdict.MAYBE,
                "Lever rapporten først, eller snakk med koordinatoren om når den "
                "kommer.",
            ),
        ],
    ),
]

CASES = [
    {
        "area": "loddefjord",
        "who": "velforening",
        "user": "soker",
        "title": "Sommerkveld ved vannet",
        "summary": "En åpen kveld med mat, musikk og kano for alle i Loddefjord.",
        "description": "Vi lager en sommerkveld ved vannet. Det blir grill, musikk fra "
        "ungdommer i området og prøveturer i kano med voksne som passer på.",
        "need": "Mange nye familier har flyttet hit. De trenger et sted å bli kjent.",
        "participants": "Alle som bor i Loddefjord. Vi venter 150 voksne og barn.",
        "place": "Badeplassen ved Storavatnet",
        "amount": 18_000,
        "own": 4_000,
        "costs": [("Mat og drikke", 9_000), ("Leie av kanoer", 8_000), ("Lyd", 5_000)],
        "until": "submitted",
    },
    {
        "area": "olsvik",
        "who": "korps",
        "user": "soker",
        "title": "Låneinstrumenter til nye barn",
        "summary": "Instrumenter som barn kan låne gratis det første året i korpset.",
        "description": "Vi kjøper åtte brukte instrumenter. Barn som begynner, låner "
        "dem "
        "gratis i ett år. Eldre musikanter er faddere.",
        "need": "Prisen på instrument stopper mange. Vi vil at alle skal kunne prøve.",
        "participants": "Barn fra 8 til 12 år. Rundt 15 kan begynne hvert år.",
        "place": "Olsvik skole",
        "amount": 45_000,
        "own": 5_000,
        "costs": [("Åtte brukte instrumenter", 44_000), ("Noter og reim", 6_000)],
        "until": "in_review",
    },
    {
        "area": "slettebakken",
        "who": "naboer",
        "user": "soker",
        "title": "Benker og blomster i bakken",
        "summary": "Tre benker og kasser med blomster der folk hviler på vei hjem.",
        "description": "Vi bygger tre benker og seks blomsterkasser sammen på to "
        "dugnader. "
        "De står langs gangveien, der det er langt mellom hvileplassene.",
        "need": "Mange eldre går her hver dag. I dag er det ingen steder å sette seg.",
        "participants": "Naboene bygger. Alle som går forbi, kan bruke benkene.",
        "place": "Langs gangveien",
        "amount": 12_500,
        "own": 2_500,
        "costs": [("Materialer", 12_000), ("Jord og planter", 3_000)],
        "until": "needs_info",
    },
    {
        "area": "solheim-nord",
        "who": "ungdom",
        "user": "soker2",
        "title": "Åpen kafé på fredager",
        "summary": "Ungdom driver kafé for ungdom hver fredag i ti uker.",
        "description": "Vi åpner en kafé uten alkohol på fredager. Ungdommer lager "
        "mat, "
        "velger musikk og har ansvar sammen med to voksne.",
        "need": "Det er få steder å være inne uten å betale.",
        "participants": "Ungdom fra 13 til 18 år. Vi tror 40 kommer hver fredag.",
        "place": "Lokale i Solheim",
        "amount": 30_000,
        "own": 0,
        "costs": [("Mat", 20_000), ("Utstyr til kjøkkenet", 10_000)],
        "until": "recommended",
    },
    {
        "area": "olsvik",
        "who": "borettslag",
        "user": "soker2",
        "title": "Lekeplass vi lager sammen",
        "summary": "Barna tegner, de voksne bygger: en lekeplass åpen for hele Olsvik.",
        "description": "Vi fornyer den gamle lekeplassen. Barna har tegnet hva de "
        "vil ha. "
        "Vi bygger på dugnad med hjelp av en snekker.",
        "need": "Lekeplassen er slitt, og barna leker på parkeringsplassen.",
        "participants": "Barn fra 3 til 10 år i hele Olsvik.",
        "place": "Mellom blokkene",
        "amount": 60_000,
        "own": 40_000,
        "costs": [("Lekeapparater", 70_000), ("Fallunderlag", 30_000)],
        "until": "withdrawn",
    },
    {
        "area": "slettebakken",
        "who": "ungdom",
        "user": "soker2",
        "title": "Scene ute i parken",
        "summary": "En liten scene der alle kan spille, lese eller vise film.",
        "description": "Vi bygger en lav scene av tre sammen med en snekker, og lager "
        "fire åpne kvelder i året.",
        "need": "Det er ingen steder ute der unge kan vise fram noe.",
        "participants": "Ungdom fra 13 år, og alle som vil se på.",
        "place": "I parken ved skolen",
        "amount": 55_000,
        "own": 15_000,
        "costs": [("Tre og skruer", 45_000), ("Snekker", 25_000)],
        "until": "half_assessed",
    },
]
# One of each kind, and one that hangs on another. Only the first must be answered.
OWN_QUESTIONS = [
    {
        "text": "Skal dere bygge eller sette opp noe?",
        "kind": "yes_no",
        "help": "For eksempel en benk, en plantekasse eller en scene.",
        "why": "Det som blir stående, må noen ta vare på.",
        "needed": True,
        "long_form_only": True,
    },
    {
        "text": "Hvem tar vare på det etterpå?",
        "kind": "text",
        "help": "For eksempel «Velforeningen, de neste fem årene».",
        "why": "Vi gir helst penger til noe som varer.",
        "needed": True,
        "long_form_only": True,
        "only_after": "Skal dere bygge eller sette opp noe?",
        "only_when": "ja",
    },
    {
        "text": "Hvordan kan alle være med?",
        "kind": "long_text",
        "help": "Tenk på pris, språk og tilgang med rullestol eller barnevogn.",
        "why": "Åpenhet for alle er et av kriteriene.",
        "max_length": 1000,
        "long_form_only": True,
    },
    {
        "text": "Hvor mange frivillige blir med?",
        "kind": "number",
        "help": "Omtrent. For eksempel 12.",
        "why": "Vi ser hvor mange som bærer prosjektet.",
    },
    {
        "text": "Hvor mye koster det å drive det i året etterpå?",
        "kind": "money",
        "help": "For eksempel 2 000. Koster det ikke noe, skriver du 0.",
        "why": "Noe som er dyrt å drive, kan bli vanskelig å holde i gang.",
        "long_form_only": True,
    },
    {
        "text": "Når er dere klare til å vise det fram?",
        "kind": "date",
        "help": "For eksempel 15.08.2027.",
        "why": "Koordinatoren vil gjerne komme.",
        "long_form_only": True,
    },
    {
        "text": "Hvor har dere hørt om tilskuddet?",
        "kind": "choice",
        "choices": ["Av en nabo", "Av koordinatoren", "På nett", "På en plakat"],
        "why": "Vi vil vite hvordan vi når fram.",
    },
    {
        "text": "En skisse, hvis dere har en",
        "kind": "file",
        "why": "Et bilde sier ofte mer enn tekst.",
    },
]

OLD_CASES = [
    {
        "area": "loddefjord",
        "who": "naboer",
        "user": "soker",
        "title": "Språkkafé i biblioteket",
        "summary": "Kaffe, spill og norskprat for alle som vil øve.",
        "description": "Hver torsdag møtes folk som vil øve norsk, og folk som kan "
        "det. "
        "Vi spiller, leser avisen og lager mat fra ulike land.",
        "need": "Mange ønsker å øve norsk utenom kurset.",
        "participants": "Voksne i Loddefjord. Rundt 25 hver gang.",
        "place": "Loddefjord bibliotek",
        "amount": 20_000,
        "own": 0,
        "costs": [("Mat og kaffe", 12_000), ("Spill og bøker", 8_000)],
        "outcome": Outcome.GRANTED,
        "given": 20_000,
        "answer": "later",
    },
    {
        "area": "slettebakken",
        "who": "velforening",
        "user": "soker",
        "title": "Skøytekveld for alle",
        "summary": "En kveld på isen med lån av skøyter, kakao og lys.",
        "description": "Vi inviterer hele området til en kveld på isen. De som ikke "
        "har "
        "skøyter, låner. Idrettslaget hjelper dem som aldri har prøvd.",
        "need": "Ikke alle har råd til skøyter eller vet hvordan de kommer i gang.",
        "participants": "Familier på Slettebakken. Vi venter 200.",
        "place": "Utenfor ishallen",
        "amount": 35_000,
        "own": 5_000,
        "costs": [
            ("Leie av skøyter", 22_000),
            ("Lys og lyd", 10_000),
            ("Kakao", 8_000),
        ],
        "outcome": Outcome.PARTLY,
        "given": 25_000,
        "answer": "yes",
    },
    {
        "area": "solheim-sor",
        "who": "borettslag",
        "user": "soker2",
        "title": "Dyrkekasser mellom blokkene",
        "summary": "Tjue kasser der naboer dyrker grønnsaker sammen.",
        "description": "Vi setter opp tjue dyrkekasser og et redskapsskap. Alle som "
        "bor i "
        "nærheten, kan få en kasse. Vi deler det som blir for mye.",
        "need": "Folk bor tett og møtes sjelden.",
        "participants": "Rundt 60 voksne og barn.",
        "place": "Plenen i midten",
        "amount": 28_000,
        "own": 2_000,
        "costs": [("Kasser og jord", 24_000), ("Redskap og skap", 6_000)],
        "outcome": Outcome.GRANTED,
        "given": 28_000,
        "answer": "yes",
    },
    {
        "area": "olsvik",
        "who": "person",
        "user": "soker2",
        "title": "Privat hagefest",
        "summary": "En fest i hagen for familie og venner.",
        "description": "Jeg vil ha en fest i hagen min med god mat og musikk.",
        "need": "Det er lenge siden sist.",
        "participants": "Familie og venner, rundt 20.",
        "place": "Egen hage",
        "amount": 9_000,
        "own": 0,
        "costs": [("Mat", 6_000), ("Musikk", 3_000)],
        "outcome": Outcome.REFUSED,
        "given": 0,
    },
]
SMALL_CASE = {
    "area": "loddefjord",
    "who": "naboer",
    "user": "soker",
    "title": "Blomster ved busstoppet",
    "summary": "Potter og jord, så busstoppet blir et hyggelig sted å vente.",
    "description": "Vi planter en lørdag i mai, og deler på å vanne om sommeren.",
    "need": "Mange venter der hver dag, og det er bare asfalt.",
    "participants": "Naboer i alle aldre. Rundt ti planter.",
    "place": "Busstoppet",
    "amount": 3_000,
    "own": 0,
    "costs": [("Potter og jord", 2_000), ("Planter", 1_000)],
    "outcome": Outcome.GRANTED,
    "given": 3_000,
}
DRAFTS = [
    {
        "area": "olsvik",
        "who": "naboer",
        "user": "soker",
        "title": "Turkart for barn",
        "summary": "Et kart over små turer barn kan gå alene.",
        "description": "Barna velger turene og tegner kartet.",
        "need": "",
        "participants": "",
        "place": "",
        "amount": 7_500,
        "own": 0,
        "costs": [("Trykk", 5_000)],
    },
]


@transaction.atomic
def load_demo(now):
    """Make what is missing of the demo; returns lines that say what was made."""
    told = load_practice(now)
    waiting = list(Notice.objects.filter(sent_at=None).values_list("pk", flat=True))
    people = demo_people()
    demo_leaders(people)
    if not Scheme.objects.filter(slug="eksempel").exists():
        scheme = demo_scheme(people)
        old = demo_round(scheme, people, opens=-200, closes=-160, now=now)
        rolling = demo_round(
            scheme,
            people,
            title="Småpenger til nabolaget",
            opens=-90,
            closes=None,
            most=5_000,
            now=now,
        )
        told += [f"Utlysning: {old}", f"Utlysning: {rolling}"]
        for facts in OLD_CASES:
            application = demo_case(old, facts, people, at=old.closes_at - A_WEEK)
            decide_case(application, facts, people, now=now)
            if facts["outcome"] == Outcome.REFUSED:
                demo_appeal(application)
            told.append(f"Sak {application.number}: {facts['title']}")
    scheme = Scheme.objects.get(slug="eksempel")
    if not Round.objects.open_at(now).filter(scheme=scheme, closes_at__gt=now).exists():
        current = demo_round(
            scheme,
            people,
            opens=-20,
            closes=26,
            asks=OWN_QUESTIONS,
            two_assessors_from=Decimal(50_000),
            now=now,
        )
        coming = demo_round(scheme, people, opens=100, closes=140, now=now)
        told += [f"Utlysning: {current}", f"Utlysning: {coming}"]
        for facts in CASES:
            application = demo_case(current, facts, people, at=now - A_WEEK)
            advance_case(application, facts["until"], people, now=now)
            if facts["who"] == "korps":
                application.declare(
                    by=Actor(people["saksbehandler2"]),
                    conflict=True,
                    ground="leader",
                    now=now,
                )
            told.append(f"Sak {application.number}: {facts['title']}")
        for facts in DRAFTS:
            demo_draft(current, facts, people, at=now)
        told.append(f"Sak {small_case(people, now=now).number}: {SMALL_CASE['title']}")
    demo_access(people, now=now)
    demo_event(now)
    # Told long ago, as far as the demo is concerned: the worker need not print them.
    # What somebody's own doing has written, it still delivers.
    made = Notice.objects.filter(sent_at=None).exclude(pk__in=waiting)
    demo_letters_read(made)
    made.update(sent_at=now)
    # One of them was opened by nobody.
    put_on_paper(now)
    return told


A_WEEK = timedelta(days=7)
ASCII = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})


def demo_people():
    """The log-ins of the demo, by the part before the @."""
    people = {}
    # Worked out once: it takes a third of a second, as it should.
    secret = make_password(PASSWORD)
    for login, name, role in STAFF:
        people[login] = demo_user(login, name, secret, role=role)
    for slug, name in COORDINATORS.items():
        area = Area.objects.get(slug=slug)
        user = demo_user(f"koordinator.{slug}", name, secret, role=roles.COORDINATOR)
        coordinator, new = Coordinator.objects.get_or_create(
            user=user,
            defaults={
                "email": user.email,
                "presentation": "Jeg er et eksempel i demoen. Ta kontakt, så ser du "
                "hvordan det kan se ut.",
                "published_at": timezone.now(),
            },
        )
        if new:
            Assignment.objects.create(
                coordinator=coordinator, area=area, starts_on=date(2023, 1, 1)
            )
        people[f"koordinator.{slug}"] = user
    for login, name in APPLICANTS:
        people[login] = demo_user(login, name, secret)
    return people


def demo_leaders(people):
    """Who leads whom, who rules where nobody does, and a tie that gives a hint."""
    leader = people["admin"]
    for login in ("saksbehandler", "saksbehandler2", "beslutter"):
        ReportsTo.objects.get_or_create(
            user=people[login], leader=leader, valid_from=date(2023, 1, 1)
        )
    AppointedRuler.objects.get_or_create(
        user=people["klage"],
        reference="eksempelsak 2/2023",
        valid_from=date(2023, 1, 1),
    )
    Tie.objects.get_or_create(
        user=people["saksbehandler2"],
        kind=Tie.Kind.BOARD,
        organisation_name="Eksempel skolekorps",
        orgnr="310000027",
        note="kasserer",
    )


def demo_user(login, name, secret, role=None):
    email = f"{login}@{DOMAIN}"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(
            email=email, password=secret, name=name, is_staff=role is not None
        )
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def demo_scheme(people):
    appeal_body, _new = Body.objects.get_or_create(
        slug="eksempel-klagenemnd",
        defaults={
            "name": "Klagenemnda (eksempel)",
            "role": "Avgjør klager i demoen.",
        },
    )
    scheme = Scheme.objects.create(
        name="Nærmiljøtilskudd (eksempel)",
        slug="eksempel",
        purpose="Penger til små og større prosjekter som gjør et område til et bedre "
        "sted å bo, laget av dem som bor der.",
        goals="Flere møteplasser, mer å gjøre for barn og unge, og flere som kjenner "
        "hverandre.",
        not_supported="Vanlig drift, lønn og kontorhold.",
        legal_basis="Eksempel på retningslinjer",
        appeal_body=appeal_body,
        retention_class="Bevares (eksempel)",
        example=True,
    )
    Delegation.objects.create(
        scheme=scheme,
        from_body=Body.objects.get(slug="byradet"),
        to_role=roles.DECIDER,
        to_title="programleder (eksempel)",
        ceiling=Decimal(200_000),
        reference="eksempelsak 1/2020",
        valid_from=date(2020, 1, 1),
    )
    Delegation.objects.create(
        scheme=scheme,
        from_body=Body.objects.get(slug="byradet"),
        to_role=roles.APPEALS,
        to_title="klagenemnda (eksempel)",
        ceiling=Decimal(200_000),
        reference="eksempelsak 2/2020",
        valid_from=date(2020, 1, 1),
    )
    return scheme


def oslo_midnight(now, days):
    """The instant a day begins in Bergen, `days` from today."""
    day = timezone.localdate(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))


SEASONS = ["Vinterens", "Vårens", "Sommerens", "Høstens"]


def season(day):
    """The word for a round that is announced on that day."""
    return SEASONS[day.month % 12 // 3]


def demo_round(
    scheme,
    people,
    *,
    opens,
    closes,
    now,
    title="",
    most=60_000,
    asks=(),
    two_assessors_from=None,
):
    """A published round with criteria, questions and a pot for each effort.

    `asks` are its own questions, with a file to attach to large amounts. `opens` and
    `closes` are days from today; without `closes` it is rolling.
    """
    opens_at = oslo_midnight(now, opens)
    closes_at = None if closes is None else oslo_midnight(now, closes)
    day = timezone.localdate(opens_at)
    title = title or f"{season(day)} nærmiljøtilskudd {day.year}"
    round = Round.objects.create(
        scheme=scheme,
        title=title,
        slug=f"eksempel-{slugify(title.lower().translate(ASCII))}-{day:%Y-%m-%d}",
        summary="Har du en idé som gjør stedet der du bor bedre? Søk om inntil "
        f"{amount_as_text(Decimal(most))} kroner.",
        opens_at=opens_at,
        closes_at=closes_at,
        purpose="Vi støtter prosjekter som gir gode møteplasser, gjør uteområder bedre "
        "eller gir barn, unge og voksne noe å gjøre sammen.",
        who_may_apply="Lag og foreninger, borettslag og sameier, grupper av naboer og "
        "privatpersoner som bor i eller gjør noe for området.",
        not_supported="Vanlig drift og lønn. Prosjekter som bare er for noen få. "
        "Prosjekter som er ferdige.",
        process="En saksbehandler går gjennom søknaden og vurderer den mot kriteriene. "
        "Koordinatoren i området gir råd. Programlederen avgjør.",
        applicant_kinds=list(ApplicantKind.values),
        min_amount=Decimal(1_000),
        max_amount=Decimal(most),
        short_form_ceiling=Decimal(min(most, 20_000)),
        two_assessors_from=two_assessors_from,
        report_rule="Fortell hva dere gjorde, hvor mange som var med, og hva pengene "
        "gikk "
        "til. Ta vare på kvitteringene.",
        expected_answer_on=closes_at
        and timezone.localdate(closes_at) + timedelta(days=42),
        contact_name="Områdesatsingen",
        contact_email=f"omradesatsing@{DOMAIN}",
        contact_phone=settings.CONTACT_PHONE,
    )
    for position, (name, guidance) in enumerate(CRITERIA, start=1):
        round.criteria.create(position=position, name=name, guidance=guidance)
    for position, (text, help, answers) in enumerate(QUESTIONS, start=1):
        question = round.eligibility_questions.create(
            position=position, text=text, help=help
        )
        for place, (answer, verdict, reason) in enumerate(answers, start=1):
            question.answers.create(
                position=place, text=answer, verdict=verdict, reason=reason
            )
    for position, fields in enumerate(asks, start=1):
        only_after = round.questions.filter(text=fields.get("only_after", "")).first()
        round.questions.create(
            **{"needed": False, **fields, "only_after": only_after, "round": round},
            position=position,
        )
    if asks:
        round.required_attachments.create(
            label="Tegning eller bilde av det som skal bygges",
            why="Store beløp går ofte til noe som blir stående. Vi må se hva det er.",
            from_amount=Decimal(50_000),
        )
    admin = Actor(people["admin"])
    for name, slugs, amount in [
        ("Solheim", ["solheim-nord", "solheim-sor"], 150_000),
        ("Slettebakken", ["slettebakken"], 120_000),
        ("Loddefjord", ["loddefjord"], 150_000),
        ("Olsvik", ["olsvik"], 120_000),
    ]:
        pot = round.pots.create(name=name, year=None if closes_at else day.year)
        for slug in slugs:
            PotArea.objects.create(pot=pot, area=Area.objects.get(slug=slug))
        pot.allocate(Decimal(amount), by=admin)
    round.publish(by=admin, now=min(opens_at, now))
    return round


def demo_applicant(who, user):
    kind, name, orgnr = WHO[who]
    applicant = Applicant.objects.acted_for_by(user).filter(name=name).first()
    if applicant is not None:
        return applicant
    is_group = kind == ApplicantKind.GROUP
    applicant = Applicant.register(
        kind=kind,
        name=name,
        orgnr=orgnr,
        answerable_name=user.name if is_group else "",
        is_answerable=is_group,
        by=Actor(user),
    )
    if kind == ApplicantKind.ORGANISATION:
        demo_facts(applicant)
    return applicant


def demo_facts(applicant):
    """What the demo's own register would have answered, and who has a role there."""
    organisation, now = applicant.organisation, timezone.now()
    entry = registers.read_unit(
        organisation.orgnr, 200, register_stand_in.UNITS[organisation.orgnr]
    )
    organisation.take_answer(entry, by=Actor.system(), now=now)
    membership = applicant.memberships.get()
    if membership.confirmed_at is None:
        membership.confirm(by=Actor.system(), now=now, proof=Membership.Proof.REGISTER)


def demo_draft(round, facts, people, *, at):
    user = people[facts["user"]]
    application = Application.start(
        round=round,
        area=Area.objects.get(slug=facts["area"]),
        applicant=demo_applicant(facts["who"], user),
        by=Actor(user),
        now=at,
        title=facts["title"],
    )
    version = application.working_copy()
    for field in ("summary", "description", "need", "participants", "place"):
        setattr(version, field, facts[field])
    version.theme = Theme.objects.get(slug="naermiljo")
    version.contact_name = user.name
    version.contact_email = f"{facts['who']}@{DOMAIN}"
    version.contact_phone = "00 00 00 00"
    version.permission = version.Permission.HAVE
    version.starts_on = timezone.localdate(round.closes_at) + timedelta(days=70)
    version.ends_on = version.starts_on + timedelta(days=60)
    version.amount = Decimal(facts["amount"])
    if application.applicant.kind == ApplicantKind.ORGANISATION:
        version.economic_activity = version.EconomicActivity.NO
    version.save()
    for question in round.questions.filter(needed=True, only_after=None):
        version.answers.create(question=question, value="no")
    for required in version.asked_files():
        version.attachments.create(
            required=required,
            file=StoredFile.keep(
                drawing(),
                name="tegning.png",
                content_type="image/png",
                by=Actor(user),
                about=application,
            ),
        )
    for text, amount in facts["costs"]:
        version.budget_lines.create(kind="cost", text=text, amount=amount)
    if facts["own"]:
        version.budget_lines.create(
            kind="own_work", text="Dugnad og egne penger", amount=facts["own"]
        )
    return application


def drawing():
    """A picture of nothing much, as bytes."""
    data = io.BytesIO()
    Image.new("RGB", (320, 240), "white").save(data, "PNG")
    return data.getvalue()


def demo_case(round, facts, people, *, at):
    """A case that was sent at that instant."""
    application = demo_draft(round, facts, people, at=at)
    application.submit(by=Actor(application.started_by), now=at, declared=True)
    return application


def be_impartial(application, user, now):
    application.declare(by=Actor(user), conflict=False, now=now)
    return Actor(user)


def assessed(application, people, *, now, weak=False):
    """Take the case, have the coordinator's advice, and mark it."""
    caseworker = be_impartial(application, people["saksbehandler"], now)
    application.take(by=caseworker)
    coordinator = be_impartial(
        application, people[f"koordinator.{application.area.slug}"], now
    )
    application.advise(
        by=coordinator,
        now=now,
        stance=Advice.Stance.AGAINST if weak else Advice.Stance.SUPPORT,
        text="Dette er ikke åpent for dem som bor her."
        if weak
        else "Vi kjenner gruppen, og flere har etterlyst dette på folkemøtet.",
    )
    mark_case(application, caseworker, now=now, weak=weak)
    return caseworker


def mark_case(application, caseworker, *, now, weak=False):
    reasons = [
        ("Bare for noen få.", 1) if weak else ("Gir folk et sted å møtes.", 4),
        ("Ikke åpent.", 1) if weak else ("Gratis og åpent for alle.", 5),
        ("Ingen andre er med.", 1) if weak else ("Flere grupper er med.", 4),
        ("Enkelt å gjennomføre.", 3) if weak else ("Enkel plan og ryddig budsjett.", 4),
    ]
    application.assess(
        {
            criterion: (mark, text)
            for criterion, (text, mark) in zip(
                application.round.criteria.all(), reasons, strict=True
            )
        },
        by=caseworker,
        now=now,
    )


def half_assessed(application, people, *, now):
    """Two are to assess it, and one of them has."""
    caseworker = be_impartial(application, people["saksbehandler"], now)
    application.take(by=caseworker)
    for login in ("saksbehandler", "saksbehandler2"):
        application.name_assessor(people[login], by=caseworker, now=now)
    mark_case(application, caseworker, now=now)
    application.advise_from_panel(
        by=caseworker,
        now=now,
        body="Ungdomsrådet (eksempel)",
        met_on=timezone.localdate(now),
        text="Rådet anbefaler søknaden, og ber om at scenen kan brukes med rullestol.",
    )


REASONS = {
    Outcome.GRANTED: {
        "facts": "Prosjektet er åpent for alle som bor i området, og flere grupper er "
        "med.",
        "rules": "Utlysningen støtter møteplasser og aktiviteter som er åpne for alle.",
        "considerations": "Prosjektet treffer formålet godt, og planen er realistisk.",
    },
    Outcome.PARTLY: {
        "facts": "Prosjektet er åpent for alle. Budsjettet har en post til lys og lyd "
        "som kan lånes.",
        "rules": "Utlysningen støtter arrangementer som er åpne for alle.",
        "considerations": "Vi støtter arrangementet, men ikke leie av utstyr som "
        "kommunen låner ut gratis.",
        "why_amount": "Det søkte beløpet uten leien av lys og lyd.",
    },
    Outcome.REFUSED: {
        "facts": "Festen er i en privat hage, for familie og venner.",
        "rules": "Utlysningen støtter ikke prosjekter som bare er for noen få.",
        "considerations": "Prosjektet er ikke åpent for dem som bor i området. Snakk "
        "gjerne med koordinatoren om hvordan det kunne blitt en fest for hele gata.",
    },
}


def recommended(application, people, outcome, given, *, now):
    caseworker = assessed(application, people, now=now, weak=outcome == Outcome.REFUSED)
    if application.applicant.kind == ApplicantKind.ORGANISATION:
        application.note_state_aid(
            by=caseworker,
            now=now,
            activity="no",
            reason="Laget selger ingenting, og alle kommer gratis inn.",
        )
    application.recommend(
        by=caseworker,
        now=now,
        outcome=outcome,
        amount=Decimal(given),
        conditions="Skriv at prosjektet har fått støtte fra områdesatsingen."
        if given
        else "",
        **REASONS[outcome],
    )


def decide_case(application, facts, people, *, now):
    """The whole way to a decision, as it went last spring."""
    closed = application.round.closes_at
    recommended(
        application, people, facts["outcome"], facts["given"], now=closed + 2 * A_WEEK
    )
    then = min(closed + 5 * A_WEEK, now)
    decided(application, facts, people, REASONS[facts["outcome"]], now=then)
    answer_award(application, facts, then, now=now)


def small_case(people, *, now):
    """Decided last week, in full and without reasons: one can ask for them."""
    round = Round.objects.get(scheme__slug="eksempel", closes_at=None)
    application = demo_case(round, SMALL_CASE, people, at=now - 2 * A_WEEK)
    outcome, given = SMALL_CASE["outcome"], SMALL_CASE["given"]
    recommended(application, people, outcome, given, now=now - A_WEEK)
    none = dict.fromkeys(["facts", "rules", "considerations"], "")
    decided(application, SMALL_CASE, people, none, now=now - A_WEEK)
    return application


def decided(application, facts, people, reasons, *, now):
    decider = be_impartial(application, people["beslutter"], now)
    standing = application.recommendations.get()
    application.decide(
        by=decider,
        now=now,
        outcome=facts["outcome"],
        amount=Decimal(facts["given"]),
        conditions=standing.conditions,
        **reasons,
    )


def answer_award(application, facts, decided_at, *, now):
    """Most have said yes; one has asked for more time and can be answered still."""
    answer = facts.get("answer")
    if answer is None or application.lacks_proof():
        return
    award = application.award
    if answer == "yes":
        recipient = Actor(application.started_by)
        award.accept(by=recipient, now=min(decided_at + A_WEEK, now))
    else:
        until = next_working_day(timezone.localdate(now) + 3 * A_WEEK)
        award.give_more_time(until, by=Actor(application.caseworker), now=now)


def demo_appeal(application):
    """An appeal against a refusal, looked at and sent on to the appeal body."""
    decision = application.decision
    then = decision.announced_at + A_WEEK
    appeal, _new = Appeal.lodge(
        decision,
        by=Actor(application.started_by),
        now=then,
        wanted="Jeg ber om at dere ser på søknaden igjen.",
        reasons="Hele gata er invitert nå, ikke bare familien.",
        key="eksempel",
    )
    caseworker = Actor(application.caseworker)
    appeal.uphold(
        by=caseworker,
        now=then + A_WEEK,
        statement="Søknaden sa at festen var for familie og venner. Det søkeren "
        "skriver nå, er et annet prosjekt, som det kan søkes om på nytt.",
    )
    appeal.forward(by=caseworker, now=then + A_WEEK)


def advance_case(application, until, people, *, now):
    """Bring a sent case as far as the demo shows it."""
    if until == "withdrawn":
        application.withdraw(by=Actor(application.started_by), now=now)
    elif until == "in_review":
        application.take(by=be_impartial(application, people["saksbehandler"], now))
    elif until == "half_assessed":
        half_assessed(application, people, now=now)
    elif until == "needs_info":
        caseworker = be_impartial(application, people["saksbehandler"], now)
        application.take(by=caseworker)
        application.request_info(
            by=caseworker,
            now=now,
            text="Hvem eier grunnen der benkene skal stå? Skriv om dere har fått lov, "
            "og legg gjerne ved et kart.",
            due_on=next_working_day(timezone.localdate(now) + timedelta(days=14)),
            steps=["prosjekt", "vedlegg"],
        )
    elif until == "recommended":
        recommended(
            application,
            people,
            Outcome.GRANTED,
            application.versions.sent().last().amount,
            now=now,
        )


def demo_letters_read(notices):
    """The letters came and were read when they were written; all but one."""
    for notice in of_letters(notices).prefetch_related("about"):
        letter = getattr(notice.about, "letter", notice.about)
        unread = letter.application.current.title == "Skøytekveld for alle"
        Notice.objects.filter(pk=notice.pk).update(
            created_at=letter.written_at,
            sent_at=letter.written_at,
            read_at=None if unread else letter.written_at,
        )


def demo_access(people, *, now):
    """Someone has asked to see a decision, and a colleague has noted something."""
    if AccessRequest.objects.exists():
        return
    records = PublicRecord.objects.filter(application__round__scheme__slug="eksempel")
    decision = records.filter(kind="decision").order_by("pk").first()
    if decision is None:
        return
    AccessRequest.ask(
        records=[decision],
        wanted="Jeg vil gjerne se hva pengene går til.",
        by=Actor.system(),
        now=now - A_WEEK,
    )
    case = decision.application
    InternalNote.write(
        case,
        text="Snakket med søkeren på telefon. De låner bord og benker av biblioteket.",
        by=be_impartial(case, people["saksbehandler"], now),
        now=now,
    )


def demo_event(now):
    """A meeting that has not been yet, so that «neste arrangement» can be seen."""
    if Event.objects.filter(slug__startswith="eksempel-", starts_at__gt=now).exists():
        return
    starts_at = oslo_midnight(now, 16) + timedelta(hours=18)
    event = Event.objects.create(
        slug=f"eksempel-folkemote-{timezone.localdate(starts_at)}",
        title="Folkemøte om uteområdene (eksempel)",
        kind="folkemote",
        starts_at=starts_at,
        place="Vestkanten",
        published_at=now,
    )
    event.areas.set(Area.objects.filter(slug="loddefjord"))

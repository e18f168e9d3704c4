"""The statutory periods, and the fixed passages of a decision's letter.

In our own words; `source` names the rules that each rests on. Lov 10. februar 1967
om behandlingsmåten i forvaltningssaker (forvaltningsloven) entered into force on
1 January 1970. When the Act of 2025 does, new rows are added in the admin: these are
given a last day, never rewritten.
"""

from datetime import date

from django.db import migrations

IN_FORCE = date(1970, 1, 1)
ACT = "forvaltningsloven (lov 10. februar 1967)"

TERMS = [
    # kind, amount, unit, source
    ("appeal", 3, "weeks", f"{ACT} § 29 første ledd"),
    ("interim_reply", 1, "months", f"{ACT} § 11 a tredje ledd"),
]

SOURCES = {
    "appeal": f"{ACT} §§ 11, 27–33, 36 og 42",
    "access": f"{ACT} §§ 18–21 og 27",
    "reasons": f"{ACT} §§ 24, 25 og 29",
    "award_terms": f"Kommunens vilkår, en del av vedtaket; {ACT} § 27",
}

# kind, language, heading, paragraphs
TEXTS = [
    (
        "appeal",
        "nb",
        "Du kan klage",
        """\
Er du uenig i vedtaket, kan du klage. Siste dag for å klage er {due_date}.
Datoen er regnet fra dagen da vi ga deg beskjed om dette brevet. Fikk du beskjeden senere, regnes fristen fra den dagen du fikk den. Det er nok at klagen er sendt før siste dag er over. Trenger du lengre tid, kan du be om det før fristen er ute.
Slik klager du: Skriv til oss hvilket vedtak du klager på, og hva du vil ha endret. Oppgi saksnummeret. Skriv gjerne hvorfor du klager, og skriv navnet ditt under. Send klagen til kontakten som står nederst i brevet.
Vi ser først på saken en gang til. Endrer vi ikke vedtaket slik du vil, sender vi klagen videre til klageinstansen, som avgjør den. Klageinstansen er {appeal_body}.
Vedtaket gjelder selv om du klager. Du kan be oss eller klageinstansen om å vente med å sette det i verk til klagefristen er ute eller klagen er avgjort.
Kommer klagen for sent, kan den likevel bli behandlet hvis det ikke er din feil, eller hvis særlige grunner taler for det. Skriv i så fall hvorfor den kommer sent.
Blir vedtaket endret til fordel for deg, kan du ha rett til å få dekket vesentlige kostnader som var nødvendige for å få det endret. Be om det senest tre uker etter at du fikk beskjed om det nye vedtaket.
Spør oss hvis noe er uklart. Vi forklarer gjerne vedtaket og reglene, og vi hjelper deg med å klage.
""",
    ),
    (
        "appeal",
        "nn",
        "Du kan klage",
        """\
Er du usamd i vedtaket, kan du klage. Siste dag for å klage er {due_date}.
Datoen er rekna frå dagen då vi gav deg beskjed om dette brevet. Fekk du beskjeden seinare, blir fristen rekna frå den dagen du fekk han. Det er nok at klaga er send før siste dag er over. Treng du lengre tid, kan du be om det før fristen er ute.
Slik klagar du: Skriv til oss kva vedtak du klagar på, og kva du vil ha endra. Oppgi saksnummeret. Skriv gjerne kvifor du klagar, og skriv namnet ditt under. Send klaga til kontakten som står nedst i brevet.
Vi ser først på saka ein gong til. Endrar vi ikkje vedtaket slik du vil, sender vi klaga vidare til klageinstansen, som avgjer henne. Klageinstansen er {appeal_body}.
Vedtaket gjeld sjølv om du klagar. Du kan be oss eller klageinstansen om å vente med å setje det i verk til klagefristen er ute eller klaga er avgjord.
Kjem klaga for seint, kan ho likevel bli behandla dersom det ikkje er din feil, eller dersom særlege grunnar talar for det. Skriv i så fall kvifor ho kjem seint.
Blir vedtaket endra til fordel for deg, kan du ha rett til å få dekt vesentlege kostnader som var nødvendige for å få det endra. Be om det seinast tre veker etter at du fekk beskjed om det nye vedtaket.
Spør oss dersom noko er uklart. Vi forklarer gjerne vedtaket og reglane, og vi hjelper deg med å klage.
""",
    ),
    (
        "appeal",
        "en",
        "You can appeal",
        """\
If you disagree with the decision, you can appeal. The last day to appeal is {due_date}.
The date is counted from the day we told you about this letter. If you were told later, the time is counted from the day you were told. It is enough that you send the appeal before the last day is over. If you need more time, you can ask for it before the time is up.
How to appeal: Write to us which decision you appeal against and what you want changed. Give the case number. Feel free to say why you appeal, and put your name under it. Send the appeal to the contact at the end of this letter.
We will first look at the case again. If we do not change the decision as you wish, we pass the appeal on to the appeal body, which decides it. The appeal body is {appeal_body}.
The decision applies even if you appeal. You can ask us or the appeal body to wait with putting it into effect until the time to appeal is over or the appeal is decided.
If the appeal comes too late, it may still be considered if that is not your fault, or if there are special reasons for it. In that case, write why it comes late.
If the decision is changed in your favour, you may have the right to have significant costs covered that were necessary to get it changed. Ask for this no later than three weeks after you were told of the new decision.
Ask us if anything is unclear. We are glad to explain the decision and the rules, and we will help you to appeal.
""",
    ),
    (
        "access",
        "nb",
        "Du kan se dokumentene i saken",
        """\
Du har rett til å se dokumentene i saken, med noen unntak som står i loven. Be om det ved å skrive eller ringe til kontakten nederst i brevet. Sier vi nei til å vise deg et dokument, får du vite hvilken regel det bygger på, og du kan klage på svaret.
""",
    ),
    (
        "access",
        "nn",
        "Du kan sjå dokumenta i saka",
        """\
Du har rett til å sjå dokumenta i saka, med nokre unntak som står i lova. Be om det ved å skrive eller ringje til kontakten nedst i brevet. Seier vi nei til å vise deg eit dokument, får du vite kva regel det byggjer på, og du kan klage på svaret.
""",
    ),
    (
        "access",
        "en",
        "You can see the documents in the case",
        """\
You have the right to see the documents in the case, with some exceptions set out in the law. Ask for this by writing to or calling the contact at the end of this letter. If we refuse to show you a document, we will tell you which rule this is based on, and you can appeal against the answer.
""",
    ),
    (
        "reasons",
        "nb",
        "Du kan be om en begrunnelse",
        """\
Vi har sagt ja til alt det ble søkt om, og har derfor ikke skrevet en full begrunnelse. Du har rett til å få en begrunnelse hvis du ber om den senest {due_date}. Ber du om den innen fristen, får du en ny klagefrist. Den regnes fra dagen da du får begrunnelsen.
""",
    ),
    (
        "reasons",
        "nn",
        "Du kan be om ei grunngiving",
        """\
Vi har sagt ja til alt det vart søkt om, og har derfor ikkje skrive ei full grunngiving. Du har rett til å få ei grunngiving dersom du ber om henne seinast {due_date}. Ber du om henne innan fristen, får du ein ny klagefrist. Han blir rekna frå dagen då du får grunngivinga.
""",
    ),
    (
        "reasons",
        "en",
        "You can ask for the reasons",
        """\
We have said yes to everything that was applied for, and have therefore not written out our reasons in full. You have the right to be given the reasons if you ask for them no later than {due_date}. If you ask in time, you get a new period to appeal. It is counted from the day you receive the reasons.
""",
    ),
    (
        "award_terms",
        "nb",
        "Vilkår for tilskuddet",
        """\
Slik sier du ja: På Min side blir du spurt om du sier ja til tilskuddet og vilkårene. Du får beskjed når du kan svare. Ingen penger betales ut før du har svart ja.
Tilskuddet kan bare brukes til prosjektet slik det er beskrevet i søknaden og i dette brevet. Vil du endre prosjektet, budsjettet eller tiden, må du spørre oss først og få et skriftlig svar.
Når du forteller om prosjektet, på plakater, på nett eller på andre måter, skal du skrive: «Støttet av Bergen kommune, områdesatsingen».
Ta vare på kvitteringer og regnskap for prosjektet. Kommunen har rett til å kontrollere at pengene er brukt slik det er avtalt, og kan be om å få se dem.
Penger som ikke blir brukt, skal betales tilbake. Kommunen kan også holde tilbake penger og kreve tilskuddet tilbake, helt eller delvis, hvis pengene brukes til noe annet, hvis prosjektet ikke blir gjennomført, eller hvis rapporten ikke kommer. Du får si din mening før vi avgjør det, og du kan klage på avgjørelsen.
""",
    ),
    (
        "award_terms",
        "nn",
        "Vilkår for tilskotet",
        """\
Slik seier du ja: På Mi side blir du spurd om du seier ja til tilskotet og vilkåra. Du får beskjed når du kan svare. Ingen pengar blir betalte ut før du har svart ja.
Tilskotet kan berre brukast til prosjektet slik det er skildra i søknaden og i dette brevet. Vil du endre prosjektet, budsjettet eller tida, må du spørje oss først og få eit skriftleg svar.
Når du fortel om prosjektet, på plakatar, på nett eller på andre måtar, skal du skrive: «Støtta av Bergen kommune, områdesatsinga».
Ta vare på kvitteringar og rekneskap for prosjektet. Kommunen har rett til å kontrollere at pengane er brukte slik det er avtalt, og kan be om å få sjå dei.
Pengar som ikkje blir brukte, skal betalast tilbake. Kommunen kan også halde tilbake pengar og krevje tilskotet tilbake, heilt eller delvis, dersom pengane blir brukte til noko anna, dersom prosjektet ikkje blir gjennomført, eller dersom rapporten ikkje kjem. Du får seie di meining før vi avgjer det, og du kan klage på avgjerda.
""",
    ),
    (
        "award_terms",
        "en",
        "Terms of the grant",
        """\
How to say yes: On My page you will be asked whether you accept the grant and the terms. You will be told when you can answer. No money is paid out before you have said yes.
The grant can only be used for the project as described in the application and in this letter. If you want to change the project, the budget or the time, you must ask us first and get a written answer.
When you tell others about the project, on posters, online or in other ways, you must write: «Støttet av Bergen kommune, områdesatsingen».
Keep the receipts and the accounts of the project. The municipality has the right to check that the money is used as agreed, and may ask to see them.
Money that is not used must be paid back. The municipality may also hold back money and claim back all or part of the grant if the money is used for something else, if the project is not carried out, or if the report does not come. You will be heard before we decide this, and you can appeal against the decision.
""",
    ),
]


def add(apps, schema_editor):
    LegalTerm = apps.get_model("grants", "LegalTerm")
    for kind, amount, unit, source in TERMS:
        LegalTerm.objects.create(
            kind=kind, amount=amount, unit=unit, source=source, valid_from=IN_FORCE
        )
    LetterText = apps.get_model("grants", "LetterText")
    for kind, language, heading, text in TEXTS:
        LetterText.objects.create(
            kind=kind,
            language=language,
            heading=heading,
            text=text,
            source=SOURCES[kind],
            valid_from=IN_FORCE,
        )


def remove(apps, schema_editor):
    apps.get_model("grants", "LegalTerm").objects.filter(valid_from=IN_FORCE).delete()
    apps.get_model("grants", "LetterText").objects.filter(valid_from=IN_FORCE).delete()


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]

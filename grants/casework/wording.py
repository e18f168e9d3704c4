"""What staff read: states, journal entries and outcomes in their own words.

The labels on the models are written for applicants («venter på deg»).
"""

from grants.models import State

STATES = {
    State.SUBMITTED: ("ny", "accent"),
    State.IN_REVIEW: ("til behandling", "info"),
    State.NEEDS_INFO: ("venter på søkeren", "neutral"),
    State.RECOMMENDED: ("til vedtak", "accent"),
    State.DECIDED: ("avgjort", "strong"),
    State.WITHDRAWN: ("trukket", "muted"),
}

JOURNAL = {
    "application_started": "Søknaden ble påbegynt",
    "submit": "Søknaden ble sendt",
    "version_sent": "Versjon {version} ble sendt",
    "withdraw": "Søknaden ble trukket",
    "impartiality_declared": "Meldte seg habil",
    "conflict_declared": "Meldte seg inhabil",
    "truth_declared": "Søkeren bekreftet opplysningene",
    "sent_late": "Kom etter fristen",
    "late_taken_in": "Tok inn søknaden som kom for sent",
    "amendment_dropped": "Søkeren slettet endringer som ikke var sendt",
    "application_confirmed": "Søknaden ble bekreftet av den som søker",
    "helper_joined": "En hjelper kom med",
    "helper_ended": "En hjelper sluttet",
    "draft_moved": "Kladden fikk en annen søker",
    "take": "Tok saken",
    "case_handed_over": "Ga saken videre",
    "request_info": "Ba søkeren om mer",
    "answer_request": "Søkeren svarte",
    "cancel_request": "Gikk videre uten svar",
    "advice_given": "Ga råd",
    "flag_dismissed": "La bort et varsel fra «Kan vi søke?»",
    "case_assessed": "Vurderte kriteriene",
    "recommend": "Innstilte",
    "send_back": "Sendte saken tilbake",
    "decide": "Avgjorde saken",
    "reasons_drafted": "Skrev på begrunnelsen",
    "change_proposed": "Foreslo et nytt vedtak",
    "change_rejected": "Lot vedtaket stå",
    "redecide": "Fattet et nytt vedtak",
    "letter_sent": "Sendte brev",
    "decision_announced": "Vedtaket ble gjort kjent",
    "message_sent": "Sendte en melding",
    "note_written": "Skrev et internt notat",
    "record_corrected": "Rettet en opplysning i journalen",
    "redacted_copy_made": "La inn en sladdet kopi",
    "access_asked": "Ba om innsyn",
    "access_answered": "Svarte på et innsynskrav",
    "file_replaced": "Søkeren ga en ny fil i stedet for en avvist",
    "draft_placed": "Kladden fikk område",
    "draft_deleted": "Kladden ble slettet",
    "text_copied": "Kladden fikk tekst fra en tidligere søknad",
    # The applicant, its people and its register.
    "applicant_registered": "Søkeren ble registrert",
    "applicant_became_registered": "Søkeren fikk organisasjonsnummer",
    "applicant_facts_kept": "Opplysningene om søkeren ble endret",
    "organisation_looked_up": "Registeret ble spurt om organisasjonen",
    "answerable_confirmed": "Den ansvarlige bekreftet at hun eller han er over 18",
    "contact_changed": "Fikk en annen kontaktperson",
    "member_joined": "Et medlem kom med",
    "membership_confirmed": "Et medlem ble bekreftet",
    "membership_ended": "Et medlem sluttet",
    "join_asked": "Noen spurte om å bli med",
    "join_accepted": "Sa ja til at noen ble med",
    "join_refused": "Sa nei til at noen ble med",
    "invitation_sent": "Sendte en invitasjon",
    "invitation_taken_back": "Trakk en invitasjon tilbake",
    "invitation_accepted": "Sa ja til en invitasjon",
    "invitation_declined": "Sa nei til en invitasjon",
    # Rounds, pots and plans.
    "round_published": "Publiserte utlysningen",
    "round_extended": "Flyttet fristen",
    "default_questions_added": "La inn standardspørsmålene",
    "late_exception_granted": "Ga en søker utsatt frist",
    "inquiry_asked": "Stilte et spørsmål om utlysningen",
    "inquiry_answered": "Svarte på et spørsmål om utlysningen",
    "inquiry_forwarded": "Sendte et spørsmål om utlysningen videre",
    "awards_imported": "Leste inn tildelinger fra en fil",
    "pot_allocated": "La penger i rammen",
    "pot_moved": "Flyttet penger mellom rammer",
    "plan_made": "Begynte på en plan",
    "plan_prepared": "Innstilte etter en plan",
    "plan_decided": "Avgjorde sakene i en plan",
    # The platform's own.
    "add": "Opprettet",
    "change": "Endret",
    "delete": "Slettet",
    "create_administrator": "Fikk den første administratoren",
    "file_rejected": "Filen ble avvist av virusskanneren",
    "notice_sent_again": "Sendte et varsel på nytt",
    "user_erased": "Opplysningene om brukeren ble slettet",
}


def journal_words(entry):
    """What was done, in words; an entry that has none yet shows its code."""
    words = JOURNAL.get(entry.verb, entry.verb.replace("_", " "))
    return words.format(**entry.facts) if "{" in words else words

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
    "case_assessed": "Vurderte kriteriene",
    "recommend": "Innstilte",
    "send_back": "Sendte saken tilbake",
    "decide": "Avgjorde saken",
    "change_proposed": "Foreslo et nytt vedtak",
    "change_rejected": "Lot vedtaket stå",
    "redecide": "Fattet et nytt vedtak",
    "letter_sent": "Sendte brev",
    "decision_announced": "Vedtaket ble gjort kjent",
}


def journal_words(entry):
    """What was done, in words; an entry that has none yet shows its code."""
    words = JOURNAL.get(entry.verb, entry.verb.replace("_", " "))
    return words.format(**entry.facts) if "{" in words else words

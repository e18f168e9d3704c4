from django.urls import path, register_converter

from grants.views import (
    access,
    answers,
    appeals,
    applicants,
    applications,
    attachments,
    awards,
    beginnings,
    drafts,
    eligibility,
    hearing,
    helping,
    inquiries,
    invitations,
    messages,
    offers,
    reasons,
    records,
    rounds,
    sending,
    start,
)


class CaseNumber:
    """The running number in an address, `0001`: one way to write each."""

    regex = "[0-9]{4}|[1-9][0-9]{4,5}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return f"{int(value):04d}"


register_converter(CaseNumber, "case_number")

app_name = "grants"

ROUND = "tilskudd/<slug:slug>/"
DRAFT = "min-side/kladder/<slug:key>/"
APPLICANT = "min-side/sokere/<int:pk>/"
ACCESS = "innsyn/svar/<slug:key>/"
INVITATION = "min-side/invitasjoner/<slug:key>/"
CASE = "min-side/soknader/<int:year>/<case_number:sequence>/"

urlpatterns = [
    # For everyone
    path("tilskudd/", rounds.round_list, name="round_list"),
    path("tilskudd/tildelinger/", awards.award_list, name="award_list"),
    path("tilskudd/tildelinger.csv", awards.award_csv, name="award_csv"),
    path("tilskudd/tildelinger.json", awards.award_json, name="award_json"),
    path("tilskudd/ide/", inquiries.idea, name="idea"),
    path(ROUND, rounds.round_detail, name="round_detail"),
    path(f"{ROUND}folg/", inquiries.round_follow, name="round_follow"),
    path(f"{ROUND}sporsmal/", inquiries.round_ask, name="round_ask"),
    path(f"{ROUND}skjema/", rounds.round_form, name="round_form"),
    path(f"{ROUND}kan-vi-soke/", eligibility.eligibility, name="eligibility"),
    path(f"{ROUND}sok/", start.application_start, name="application_start"),
    path(
        f"{ROUND}sok/for-andre/",
        helping.application_start_for_other,
        name="application_start_for_other",
    ),
    # The public journal, and asking to see more
    path("postjournal/", records.journal, name="journal"),
    path("postjournal.csv", records.journal_csv, name="journal_csv"),
    path("postjournal.xml", records.journal_xml, name="journal_xml"),
    path("innsyn/", access.access_ask, name="access_ask"),
    path(ACCESS, access.access_detail, name="access_detail"),
    path(f"{ACCESS}fil/<int:pk>/", access.access_file, name="access_file"),
    # For those who are affected by what others were given
    path("klage/", appeals.appeal_open, name="appeal_open"),
    path("klage/<slug:key>/", appeals.appeal_receipt, name="appeal_receipt"),
    # A draft
    path(DRAFT, drafts.draft_detail, name="draft_detail"),
    path(f"{DRAFT}kontroll/", sending.draft_review, name="draft_review"),
    path(f"{DRAFT}omrade/", drafts.draft_area, name="draft_area"),
    path(f"{DRAFT}slett/", drafts.draft_delete, name="draft_delete"),
    path(f"{DRAFT}vedlegg/<int:pk>/", drafts.draft_attachment, name="draft_attachment"),
    path(
        f"{DRAFT}vedlegg/<int:pk>/fjern/",
        drafts.draft_attachment_remove,
        name="draft_attachment_remove",
    ),
    path(f"{DRAFT}hjelpere/", helping.draft_helpers, name="draft_helpers"),
    path(
        f"{DRAFT}hjelpere/<int:pk>/avslutt/",
        helping.draft_helper_end,
        name="draft_helper_end",
    ),
    path(
        f"{DRAFT}hjelpere/invitasjoner/<int:pk>/trekk/",
        helping.draft_helper_take_back,
        name="draft_helper_take_back",
    ),
    path(f"{DRAFT}bytt-soker/", helping.draft_move, name="draft_move"),
    path(f"{DRAFT}belop/", beginnings.draft_amount, name="draft_amount"),
    path(f"{DRAFT}hent-tekst/", beginnings.draft_copy, name="draft_copy"),
    path(f"{DRAFT}<slug:step>/", drafts.draft_step, name="draft_step"),
    # Whom one applies for
    path("min-side/sokere/", applicants.applicant_list, name="applicant_list"),
    path(APPLICANT, applicants.applicant_detail, name="applicant_detail"),
    path(
        f"{APPLICANT}opplysninger/", applicants.applicant_facts, name="applicant_facts"
    ),
    path(f"{APPLICANT}inviter/", applicants.applicant_invite, name="applicant_invite"),
    path(
        f"{APPLICANT}invitasjoner/<int:invitation>/trekk/",
        applicants.invitation_take_back,
        name="invitation_take_back",
    ),
    path(
        f"{APPLICANT}medlemmer/<int:member>/avslutt/",
        applicants.member_end,
        name="member_end",
    ),
    path(
        f"{APPLICANT}medlemmer/<int:member>/kontakt/",
        applicants.member_contact,
        name="member_contact",
    ),
    path(
        f"{APPLICANT}medlemmer/<int:member>/bekreft/",
        applicants.member_confirm,
        name="member_confirm",
    ),
    path(
        f"{APPLICANT}bruk-av-nummeret/<int:join>/",
        applicants.join_request,
        name="join_request",
    ),
    path(
        f"{APPLICANT}ansvarlig/",
        applicants.applicant_answerable,
        name="applicant_answerable",
    ),
    path(
        f"{APPLICANT}organisasjonsnummer/",
        applicants.applicant_registered,
        name="applicant_registered",
    ),
    path(INVITATION, invitations.invitation_detail, name="invitation_detail"),
    path(
        f"{INVITATION}vedlegg/<int:pk>/",
        invitations.invitation_file,
        name="invitation_file",
    ),
    # A case
    path(CASE, applications.application_detail, name="application_detail"),
    path(
        f"{CASE}kvittering/",
        sending.application_receipt,
        name="application_receipt",
    ),
    path(
        f"{CASE}versjon/<int:number>/",
        applications.version_detail,
        name="version_detail",
    ),
    path(f"{CASE}endre/", sending.application_amend, name="application_amend"),
    path(f"{CASE}endre/kontroll/", sending.amend_review, name="amend_review"),
    path(f"{CASE}endre/forkast/", sending.amend_drop, name="amend_drop"),
    path(
        f"{CASE}endre/vedlegg/<int:pk>/fjern/",
        sending.amend_attachment_remove,
        name="amend_attachment_remove",
    ),
    path(f"{CASE}endre/<slug:step>/", sending.amend_step, name="amend_step"),
    path(
        f"{CASE}underskrift/",
        helping.application_confirmation,
        name="application_confirmation",
    ),
    path(f"{CASE}meldinger/", messages.message_list, name="message_list"),
    path(f"{CASE}meldinger/fil/<int:pk>/", messages.message_file, name="message_file"),
    path(f"{CASE}dokumenter/", records.document_list, name="document_list"),
    path(f"{CASE}dokumenter/alt/", records.document_bundle, name="document_bundle"),
    path(f"{CASE}dokumenter/be-om/", records.document_ask, name="document_ask"),
    path(f"{CASE}klage/", appeals.appeal_lodge, name="appeal_lodge"),
    path(f"{CASE}klager/<int:pk>/", appeals.appeal_detail, name="appeal_detail"),
    path(
        f"{CASE}klager/<int:pk>/trekk/",
        appeals.appeal_withdraw,
        name="appeal_withdraw",
    ),
    path(
        f"{CASE}klager/<int:pk>/klage/",
        appeals.appeal_lodge,
        name="appeal_dismissal",
    ),
    path(f"{CASE}klager/fil/<int:pk>/", appeals.appeal_file, name="appeal_file"),
    path(f"{CASE}opplysninger/<int:pk>/", hearing.fact_comment, name="fact_comment"),
    path(f"{CASE}begrunnelse/", reasons.reasons_ask, name="reasons_ask"),
    path(f"{CASE}tilsagn/", offers.award_accept, name="award_accept"),
    path(f"{CASE}tilsagn/nei/", offers.award_decline, name="award_decline"),
    path(f"{CASE}trekk/", applications.application_withdraw, name="withdraw"),
    path(f"{CASE}vedlegg/<int:pk>/", applications.attachment, name="attachment"),
    path(f"{CASE}avvist/<int:pk>/", attachments.rejected_file, name="rejected_file"),
    path(f"{CASE}avvist/<int:pk>/fil/", attachments.replacement, name="replacement"),
    path(f"{CASE}svar/", answers.answer_request, name="answer_request"),
    path(
        f"{CASE}svar/vedlegg/<int:pk>/fjern/",
        answers.answer_attachment_remove,
        name="answer_attachment_remove",
    ),
    path(f"{CASE}svar/<slug:step>/", answers.answer_step, name="answer_step"),
    path(f"{CASE}brev/<int:pk>/", applications.letter_detail, name="letter_detail"),
    path(f"{CASE}brev/<int:pk>/pdf/", applications.letter_pdf, name="letter_pdf"),
]

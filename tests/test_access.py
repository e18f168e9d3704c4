"""Every address × every role, from one table. A new address without a row fails.

Rows are written by hand: what a role gets is a promise, not what the code does.
"""

from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from areas.models import Document, Edition, Zone
from coordinators.models import PlaceComment, Project
from grants.models import (
    AccessRequest,
    Appeal,
    Applicant,
    ApplicantKind,
    Application,
    Membership,
    Plan,
    Pot,
    State,
)
from omradesatsing.accounts.actors import Actor
from omradesatsing.accounts.models import User
from omradesatsing.files.models import StoredFile
from omradesatsing.journal.models import JournalEntry
from omradesatsing.loading.demo import load_demo
from omradesatsing.notices.models import Notice
from tests.factories import create_inquiry, create_invitation, create_user

pytestmark = pytest.mark.django_db

# The roles, and who plays them in the demo. `owner` sent the case that is asked for;
# `coordinator` has its area; coordinator, caseworker and decider have declared
# themselves impartial in it, the others have not.
ROLES = {
    "anonymous": None,
    "owner": "soker",
    "stranger": "soker2",
    "editor": "redaktor",
    "coordinator": "koordinator.loddefjord",
    "outsider": "koordinator.olsvik",
    "caseworker": "saksbehandler",
    "decider": "beslutter",
    "finance": "okonomi",
    "appeals": "klage",
    "administrator": "admin",
    "reader": "leser",
    "superuser": "superuser",
}
NOT_STAFF = {"anonymous": 302, "owner": 403, "stranger": 403}
NO_CASES = {"editor": 404, "outsider": 404, "finance": 404, "appeals": 404}


def row(default, **roles):
    """What each role gets: `default`, but for those named."""
    return {role: roles.get(role, default) for role in ROLES}


PUBLIC = row(200)
SIGNED_IN = row(200, anonymous=302)
OWN = row(404, anonymous=302, owner=200)
# Nothing is asked of the owner in the decided case, so they are sent to the case.
OWN_MOVED = row(404, anonymous=302, owner=302)
# A file that is not there: the same answer to all, so that nothing is told.
NOBODYS = row(404, anonymous=302)
LOGGED_IN_ALREADY = row(302, anonymous=200)
STAFF = row(200, **NOT_STAFF)
# A case: those who may read it, once they have declared; before, only the question.
CASE = row(200, **NOT_STAFF, **NO_CASES)
DECLARED = row(
    200, **NOT_STAFF, **NO_CASES, administrator=403, reader=403, superuser=403
)


INQUIRIES = row(403, **NOT_STAFF) | dict.fromkeys(
    ["administrator", "caseworker", "coordinator", "outsider", "superuser"], 200
)
# Who answers those who ask to see documents.
ACCESS = row(403, **NOT_STAFF) | dict.fromkeys(
    ["administrator", "caseworker", "superuser"], 200
)
QUEUE = row(200, **NOT_STAFF) | dict.fromkeys(["editor", "finance", "appeals"], 403)
# What is overdue or missing: those who treat cases, and leaders, who are not in here.
CONTROL = row(403, **NOT_STAFF) | dict.fromkeys(
    ["administrator", "caseworker", "decider", "superuser"], 200
)
# The share-out of a round: those who read every case in it.
PLANS = row(403, **NOT_STAFF) | dict.fromkeys(
    ["administrator", "caseworker", "decider", "reader", "superuser"], 200
)
PLANS_302 = {role: 302 if code == 200 else code for role, code in PLANS.items()}
COMMENTS = row(403, **NOT_STAFF) | dict.fromkeys(
    ["administrator", "coordinator", "outsider", "superuser"], 200
)
# Figures and zones are loaded by administrators; a file waits for its owner only.
LOADS = row(403, **NOT_STAFF) | dict.fromkeys(["administrator", "superuser"], 200)
LOADS_404 = {role: 404 if code == 200 else code for role, code in LOADS.items()}
LOADS_302 = {role: 302 if code == 200 else code for role, code in LOADS.items()}
TEXT_READERS = dict.fromkeys(
    ["administrator", "caseworker", "editor", "superuser"], 200
)

# The appeal in the demo is the stranger's, in the outsider's area, and at the body.
APPELLANT = row(404, anonymous=302, stranger=200)
AT_BODY = row(403, **NOT_STAFF) | {"appeals": 200}
APPEALED = row(200, **NOT_STAFF) | {
    **dict.fromkeys(["editor", "coordinator", "finance"], 404),
    **dict.fromkeys(["appeals", "administrator", "reader", "superuser"], 403),
}
APPEALED_404 = {k: 404 if v == 200 else v for k, v in APPEALED.items()}
DECLARED_302 = {k: 302 if v == 200 else v for k, v in DECLARED.items()}


def words(text):
    return text.split()


def only(role, status=200):
    """A step in the case that one role takes."""
    return row(403, **NOT_STAFF, **NO_CASES) | {role: status}


PUBLIC_NAMES = words(
    """
    probes:live probes:ready probes:robots probes:security_txt probes:sitemap
    pages:home pages:area_list pages:area_detail pages:zone_list pages:zone_detail
    pages:zone_csv pages:zone_json pages:zone_development pages:zone_find
    pages:district_detail pages:city_detail pages:data pages:district_csv
    pages:district_json pages:city_csv pages:city_json
    areas:indicator_list areas:indicator_detail areas:indicator_csv
    areas:indicator_json areas:indicator_map areas:compare areas:compare_csv
    areas:compare_json areas:edition_list areas:edition_detail areas:edition_csv
    areas:edition_json areas:edition_package areas:edition_changes
    areas:division_detail areas:division_csv areas:about_figures
    pages:search pages:about pages:privacy pages:accessibility pages:contact
    areas:document_list areas:document_detail coordinators:project_list
    coordinators:project_detail coordinators:coordinator_list grants:round_list
    grants:idea grants:round_detail grants:round_form grants:eligibility
    grants:journal grants:journal_csv grants:journal_xml grants:access_ask
    grants:access_detail
    grants:application_start grants:award_list grants:award_csv grants:award_json
    account_inactive account_reset_password account_reset_password_done
    account_reset_password_from_key account_reset_password_from_key_done
    """
)
OWN_NAMES = words(
    """
    grants:draft_detail grants:draft_step grants:draft_review grants:draft_delete
    grants:application_detail grants:application_receipt grants:version_detail
    grants:letter_detail pages:notice_detail
    grants:draft_area grants:draft_helpers grants:draft_move grants:applicant_detail
    grants:applicant_facts grants:applicant_invite grants:applicant_answerable
    grants:applicant_registered
    grants:member_end grants:invitation_detail grants:document_list
    grants:document_bundle grants:document_ask
    grants:award_accept grants:award_decline
    """
)

TABLE = (
    dict.fromkeys(PUBLIC_NAMES, PUBLIC)
    | dict.fromkeys(OWN_NAMES, OWN)
    | {
        "account_request_login_code": LOGGED_IN_ALREADY,
        "account_login": LOGGED_IN_ALREADY,
        "account_confirm_login_code": row(302),
        "account_signup": row(302),
        "account_logout": SIGNED_IN,
        "account_change_password": SIGNED_IN,
        "session_state": PUBLIC,
        "browser_key": SIGNED_IN,
        "pages:my_page": SIGNED_IN,
        "pages:notice_list": SIGNED_IN,
        "pages:profile": SIGNED_IN,
        "pages:own_data": SIGNED_IN,
        "pages:own_data_file": SIGNED_IN,
        "pages:erase": SIGNED_IN,
        "grants:applicant_list": SIGNED_IN,
        "grants:application_start_for_other": SIGNED_IN,
        "grants:application_confirmation": NOBODYS,
        "grants:invitation_take_back": NOBODYS,
        "grants:invitation_file": NOBODYS,
        "grants:join_request": NOBODYS,
        "grants:member_contact": OWN_MOVED,
        "grants:member_confirm": OWN_MOVED,
        "grants:draft_helper_end": NOBODYS,
        "grants:draft_helper_take_back": NOBODYS,
        "grants:draft_amount": OWN_MOVED,
        "grants:draft_copy": NOBODYS,
        "grants:draft_attachment": NOBODYS,
        "grants:draft_attachment_remove": OWN_MOVED,
        "grants:attachment": NOBODYS,
        "grants:rejected_file": NOBODYS,
        "grants:replacement": NOBODYS,
        "grants:answer_attachment_remove": OWN_MOVED,
        "grants:withdraw": OWN_MOVED,
        "grants:answer_request": OWN_MOVED,
        "grants:answer_step": OWN_MOVED,
        "grants:application_amend": OWN_MOVED,
        "grants:amend_step": OWN_MOVED,
        "grants:amend_review": OWN_MOVED,
        "grants:amend_drop": OWN_MOVED,
        "grants:amend_attachment_remove": OWN_MOVED,
        "grants:access_file": row(404),
        "admin:access_list": ACCESS,
        "admin:access_request": ACCESS,
        "admin:case_note": DECLARED,
        "admin:case_records": DECLARED,
        "admin:case_record": DECLARED,
        "admin:case_redact": only("caseworker"),
        "admin:case_copy": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:cases_assign": row(403, **{**NOT_STAFF, "caseworker": 200}),
        "admin:cases_export": QUEUE | {r: 404 for r, c in QUEUE.items() if c == 200},
        "admin:filter_save": QUEUE | {r: 302 for r, c in QUEUE.items() if c == 200},
        # A saved filter is its owner's alone.
        "admin:filter_change": QUEUE | {r: 404 for r, c in QUEUE.items() if c == 200},
        "admin:case_take_in": only("caseworker"),
        "grants:appeal_open": PUBLIC,
        "grants:appeal_receipt": row(404),
        "grants:appeal_lodge": OWN,
        "grants:appeal_detail": APPELLANT,
        "grants:appeal_withdraw": APPELLANT,
        "grants:appeal_dismissal": NOBODYS,
        "grants:appeal_file": NOBODYS,
        "admin:appeal_list": AT_BODY,
        "admin:appeal_detail": AT_BODY,
        "admin:appeal_step": row(403, **NOT_STAFF),
        "admin:unplaced_appeals": row(403, **NOT_STAFF) | {"caseworker": 200},
        "admin:case_register_appeal": only("caseworker"),
        "admin:case_appeal": APPEALED,
        "admin:case_appeal_step": {
            role: 302 if code == 200 else code for role, code in APPEALED.items()
        },
        "admin:case_appeal_file": APPEALED_404,
        "admin:case_appeal_bundle": APPEALED_404,
        "admin:plan_list": PLANS,
        "admin:plan_detail": PLANS,
        "admin:plan_compare": PLANS_302,
        "admin:plan_prepare": PLANS_302,
        "admin:plan_decide": PLANS_302,
        "admin:round_announce": PLANS,
        "admin:round_waiting": PLANS,
        "admin:round_leave": row(403, **{**NOT_STAFF, "caseworker": 200}),
        "grants:letter_pdf": row(404, anonymous=302, owner=202),
        "admin:index": STAFF,
        "admin:login": row(302),
        "admin:password_change": row(302, owner=403, stranger=403),
        "admin:jsi18n": STAFF,
        "admin:autocomplete": row(403, **NOT_STAFF),
        "admin:view_on_site": row(404, **NOT_STAFF),
        "admin:app_list": row(
            200, **NOT_STAFF, editor=404, coordinator=404, outsider=404
        ),
        "admin:case_list": QUEUE,
        "grants:round_follow": SIGNED_IN,
        "grants:round_ask": SIGNED_IN,
        "grants:message_list": OWN,
        "grants:message_file": NOBODYS,
        "admin:case_messages": DECLARED,
        "admin:case_messages_read": only("caseworker", 302),
        "admin:case_dismiss_flag": DECLARED_302,
        "admin:case_message_file": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:inquiry_list": INQUIRIES,
        "admin:inquiry_detail": INQUIRIES,
        "admin:notice_texts": row(403, **NOT_STAFF) | TEXT_READERS,
        "admin:notice_texts_in": row(403, **NOT_STAFF) | TEXT_READERS,
        "coordinators:comment_send": PUBLIC,
        "coordinators:comment_detail": PUBLIC,
        "admin:comment_list": COMMENTS,
        # About Loddefjord: another area's coordinator does not find it.
        "admin:comment_detail": COMMENTS | {"outsider": 404},
        "admin:figures_home": LOADS,
        "admin:figures_edition": LOADS,
        "admin:figures_template": LOADS,
        "admin:figures_look": LOADS_404,
        "admin:figures_alias": LOADS_404,
        "admin:figures_publish": LOADS_302,
        "admin:figures_undo": LOADS_404,
        "admin:figures_division": LOADS,
        "admin:figures_division_look": LOADS_404,
        "admin:zones_template": LOADS,
        "admin:tie_list": STAFF,
        # Somebody else's, whoever asks.
        "admin:tie_change": row(404, **NOT_STAFF),
        "admin:tie_remove": row(404, **NOT_STAFF),
        "admin:ruling_list": STAFF,
        "admin:case_rule": row(404, **NOT_STAFF),
        "admin:case_settle_flag": row(404, **NOT_STAFF),
        "admin:round_rehearse": ACCESS,
        "admin:control": CONTROL,
        "admin:print_queue": row(403, **NOT_STAFF) | {"caseworker": 200},
        "admin:print_letter": row(403, **NOT_STAFF) | {"caseworker": 404},
        "admin:print_correct": row(403, **NOT_STAFF) | {"caseworker": 404},
        "admin:case_letter_on_paper": only("caseworker", 302),
        "admin:control_export": CONTROL,
        "admin:round_impartiality": row(200, **NOT_STAFF)
        | {"editor": 403, "finance": 403, "appeals": 403},
        "admin:leaver_cases": row(403, **NOT_STAFF)
        | {"administrator": 200, "caseworker": 200},
        "admin:case_detail": CASE,
        "admin:case_declare": CASE,
        "admin:case_version": DECLARED,
        "admin:case_differences": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_letter": DECLARED,
        "admin:case_file": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_replacement": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_letter_pdf": row(404, **NOT_STAFF)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_confirm_member": only("caseworker"),
        "admin:case_confirm_scan": only("caseworker"),
        "admin:case_ask_to_confirm": only("caseworker", 302),
        "admin:case_confirmation_scan": row(404, **NOT_STAFF, **NO_CASES)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_scan": row(404, **NOT_STAFF, **NO_CASES)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_look_up": only("caseworker") | {"caseworker": 404},
        "admin:case_enter_representative": only("caseworker"),
        "admin:case_end_representative": only("caseworker") | {"caseworker": 404},
        "admin:case_authority": row(404, **NOT_STAFF, **NO_CASES)
        | {"administrator": 403, "reader": 403, "superuser": 403},
        "admin:case_prove_received": only("caseworker"),
        "admin:case_new": row(403, **{**NOT_STAFF, "caseworker": 200}),
        "admin:case_take": only("caseworker", 302),
        "admin:case_hand_over": only("caseworker"),
        "admin:case_note_answer": only("caseworker"),
        "admin:case_more_time": only("caseworker"),
        "admin:case_request_info": only("caseworker"),
        "admin:case_cancel_request": only("caseworker", 302),
        "admin:case_assess": only("caseworker"),
        "admin:case_name_assessor": only("caseworker"),
        "admin:case_free_assessor": only("caseworker"),
        "admin:case_reopen_assessment": only("caseworker"),
        "admin:case_advise_from_panel": only("caseworker"),
        "admin:case_recommend": only("caseworker"),
        "admin:case_check_form": only("caseworker"),
        "admin:case_hold_fact": only("caseworker"),
        "admin:case_reply_for_now": only("caseworker"),
        "admin:case_send_facts": only("caseworker"),
        "admin:case_drop_fact": only("caseworker"),
        "admin:case_note_state_aid": only("caseworker"),
        "grants:fact_comment": NOBODYS,
        # The one decision there is was sent with its reasons.
        "grants:reasons_ask": OWN_MOVED,
        "admin:case_ask_reasons": only("caseworker"),
        "admin:case_give_reasons": only("caseworker") | {"caseworker": 404},
        "admin:case_advise": only("coordinator"),
        "admin:case_send_back": only("decider"),
        "admin:case_decide": only("decider"),
        "admin:case_held_letter": {
            role: 404 if code == 200 else code for role, code in DECLARED.items()
        },
        "admin:case_body_decision": only("caseworker") | {"decider": 200},
        "admin:case_propose_change": only("caseworker"),
        "admin:case_decide_change": only("decider"),
        "admin:case_reject_change": only("decider"),
    }
)

# Set-up and look-up pages: v(iew), a(dd), c(hange) and d(elete) by role and model.
FACTS = words(
    """
    areas.agreement areas.appropriation areas.area areas.body areas.department
    areas.district areas.division areas.document areas.effort areas.funder
    areas.edition areas.indicator areas.population
    areas.link areas.politicalcase areas.succession areas.theme areas.zone
    coordinators.coordinator coordinators.event coordinators.partner
    coordinators.project coordinators.projectexample
    """
)
SET_UP = words(
    """
    grants.scheme grants.round grants.eligibilityquestion grants.pot
    grants.delegation grants.appointedruler grants.legalterm grants.lettertext
    grants.aidceiling
    accounts.user
    """
)
LOOK_UP = words(
    """
    grants.organisation grants.applicant grants.award journal.journalentry
    notices.notice
    """
)
MAY = {
    "administrator": dict.fromkeys(FACTS + SET_UP, "vac")
    | {"journal.journalentry": "v", "notices.notice": "v"},
    "superuser": dict.fromkeys(FACTS, "vacd")
    | dict.fromkeys(SET_UP, "vac")
    | dict.fromkeys(LOOK_UP, "v"),
    "editor": dict.fromkeys(
        ["areas.area", "areas.document", "areas.link", "areas.theme"], "vac"
    )
    | dict.fromkeys(
        ["coordinators.project", "coordinators.event", "coordinators.partner"], "v"
    ),
    "coordinator": dict.fromkeys(
        [
            *("areas.area", "areas.zone", "areas.document"),
            *("coordinators.project", "coordinators.event", "coordinators.partner"),
        ],
        "v",
    ),
    "caseworker": dict.fromkeys(
        ["grants.round", "grants.scheme", "grants.pot", "grants.organisation"], "v"
    ),
    "decider": dict.fromkeys(
        ["grants.round", "grants.scheme", "grants.pot", "grants.delegation"], "v"
    ),
    "finance": dict.fromkeys(
        ["grants.round", "grants.scheme", "grants.pot", "grants.award"], "v"
    ),
    "appeals": dict.fromkeys(["grants.round", "grants.scheme"], "v"),
    "reader": dict.fromkeys(["grants.round", "grants.scheme", "grants.pot"], "v"),
}
MAY["outsider"] = MAY["coordinator"]
# Buttons on a round and a pot: whoever sees the page and may not press gets 403.
BUTTONS = {
    "grants_round_publish": ("grants.round", 405),
    "grants_round_extend": ("grants.round", 200),
    "grants_round_downtime": ("grants.round", 200),
    "grants_round_add_questions": ("grants.round", 405),
    "grants_round_add_checklist": ("grants.round", 405),
    "grants_pot_allocate": ("grants.pot", 200),
    "grants_pot_move": ("grants.pot", 200),
}
# The form tried out before publishing: for all who read the round.
TABLE["admin:grants_round_preview"] = row(404, **NOT_STAFF) | {
    **{role: 200 for role, models in MAY.items() if "grants.round" in models},
    "superuser": 200,
}
TABLE |= {
    f"admin:{name}": row(404, **NOT_STAFF)
    | {role: 403 for role, models in MAY.items() if model in models}
    | {"administrator": status, "superuser": status}
    for name, (model, status) in BUTTONS.items()
}


def names(patterns, namespace=""):
    """The name of every address, with its namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield namespace + pattern.name
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, namespace + inner)


def model_pages():
    """The names of the admin's own pages for each model, and what each asks for."""
    return {
        f"admin:{label.replace('.', '_')}_{page}": (label, letter)
        for label in FACTS + SET_UP + LOOK_UP
        for page, letter in {
            "changelist": "v",
            "history": "v",
            "change": "v",
            "add": "a",
            "delete": "d",
        }.items()
    }


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Arguments for the addresses: the real facts and the demo, rolled back after."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_programme", stdout=StringIO())
        load_demo(timezone.now())
        superuser = create_user(
            email="superuser@demo.example", is_staff=True, is_superuser=True
        )
        StoredFile.keep(b"x", name="x", content_type="text/plain", by=Actor(superuser))
        yield arguments()
        transaction.set_rollback(True)


def arguments():
    decided = Application.objects.get(versions__title="Språkkafé i biblioteket")
    draft = Application.objects.get(state=State.DRAFT)
    round = decided.round
    case = (decided.year, decided.number[5:])
    letter = decided.letters.get().pk
    caseworker = User.objects.get(email="saksbehandler@demo.example")
    plan = Plan.make(round, name="Plan", by=Actor(caseworker), now=timezone.now())
    notice = Notice.objects.filter(recipient=decided.started_by).first()
    membership = Membership.objects.confirmed().filter(
        user__email="soker@demo.example", applicant__kind=ApplicantKind.GROUP
    )[0]
    own = membership.applicant_id
    stranger = User.objects.get(email="soker2@demo.example")
    invitation = create_invitation(
        applicant=Applicant.objects.managed_by(stranger).first(),
        email=membership.user.email,
        by=stranger,
    )
    inquiry = create_inquiry(round=round)
    asked = AccessRequest.ask(
        records=[], wanted="Alt", by=Actor.system(), now=timezone.now()
    )
    appeal = Appeal.objects.get()
    appealed = (appeal.application.year, appeal.application.number[5:])
    edition = Edition.objects.get(slug="2016")
    comment = PlaceComment.send(
        Zone.objects.get(slug="loddefjord", division__is_default=True),
        text="Bekken er borte.",
        email="",
        language="nb",
        is_odd=False,
        by=Actor.system(),
        now=timezone.now(),
    )
    return {
        "coordinators:comment_send": ("loddefjord",),
        "coordinators:comment_detail": (comment.key,),
        "admin:comment_detail": (comment.pk,),
        "grants:appeal_open": (),
        "grants:appeal_receipt": ("finnes-ikke",),
        "grants:appeal_lodge": case,
        "grants:appeal_detail": (*appealed, appeal.pk),
        "grants:appeal_withdraw": (*appealed, appeal.pk),
        "grants:appeal_dismissal": (*appealed, appeal.pk),
        "grants:appeal_file": (*appealed, 1),
        "grants:fact_comment": (*appealed, 1),
        "admin:appeal_detail": (appeal.pk,),
        "admin:appeal_step": (appeal.pk, "foresla"),
        "admin:case_appeal": (*appealed, appeal.pk),
        "admin:case_appeal_step": (*appealed, appeal.pk, "sta"),
        "admin:case_appeal_bundle": (*appealed, appeal.pk),
        "admin:case_appeal_file": (*appealed, 0),
        "grants:access_detail": (asked.key,),
        "grants:access_file": (asked.key, 1),
        "admin:access_request": (asked.pk,),
        "admin:case_record": (*case, 1),
        "admin:case_redact": (*case, 1),
        "admin:case_copy": (*case, 1),
        "admin:case_authority": (*case, 1),
        "pages:area_detail": ("loddefjord",),
        "pages:zone_detail": ("loddefjord",),
        "admin:figures_edition": (edition.pk,),
        "admin:figures_template": (edition.pk, "csv"),
        "admin:figures_look": (edition.pk, "ingen"),
        "admin:figures_alias": (edition.pk, "ingen"),
        "admin:figures_publish": (edition.pk,),
        "admin:figures_undo": (edition.pk, 0),
        "admin:figures_division": (edition.division_id,),
        "admin:figures_division_look": (edition.division_id, "ingen"),
        "admin:zones_template": ("zones",),
        "pages:zone_csv": ("loddefjord",),
        "pages:zone_json": ("loddefjord",),
        "pages:zone_development": ("loddefjord",),
        "pages:district_detail": ("arna",),
        "pages:district_csv": ("arna",),
        "pages:district_json": ("arna",),
        "areas:indicator_detail": ("god-helse",),
        "areas:indicator_csv": ("god-helse",),
        "areas:indicator_json": ("god-helse",),
        "areas:indicator_map": ("god-helse",),
        "areas:edition_detail": ("2016",),
        "areas:edition_csv": ("2016",),
        "areas:edition_json": ("2016",),
        "areas:edition_package": ("2016",),
        "areas:edition_changes": ("2016",),
        "areas:division_detail": ("kommunens-57",),
        "areas:division_csv": ("kommunens-57",),
        "pages:notice_detail": (notice.pk,),
        "areas:document_detail": (Document.objects.first().slug,),
        "coordinators:project_detail": (Project.objects.first().slug,),
        "account_reset_password_from_key": ("1", "no-such-key"),
        "grants:applicant_detail": (own,),
        "grants:applicant_invite": (own,),
        "grants:applicant_facts": (own,),
        "grants:applicant_answerable": (own,),
        "grants:applicant_registered": (own,),
        "grants:member_end": (own, membership.pk),
        "grants:member_contact": (own, membership.pk),
        "grants:member_confirm": (own, membership.pk),
        "grants:invitation_take_back": (own, 0),
        "grants:join_request": (own, 0),
        "grants:invitation_detail": (invitation.key,),
        "grants:invitation_file": (invitation.key, 1),
        "grants:draft_helper_end": (draft.key, 0),
        "grants:draft_helper_take_back": (draft.key, 0),
        "grants:draft_amount": (draft.key,),
        "grants:draft_copy": (draft.key,),
        "grants:draft_step": (draft.key, "prosjekt"),
        "grants:draft_attachment": (draft.key, 1),
        "grants:draft_attachment_remove": (draft.key, 1),
        "grants:version_detail": (*case, 1),
        "grants:attachment": (*case, 1),
        "grants:rejected_file": (*case, 1),
        "grants:replacement": (*case, 1),
        "grants:answer_attachment_remove": (*case, 1),
        "grants:answer_step": (*case, "prosjekt"),
        "grants:amend_step": (*case, "prosjekt"),
        "grants:amend_attachment_remove": (*case, 1),
        "admin:round_leave": (round.pk,),
        "admin:round_rehearse": (round.pk,),
        "admin:round_impartiality": (round.pk,),
        "admin:leaver_cases": (stranger.pk,),
        "admin:tie_change": (1,),
        "admin:tie_remove": (1,),
        "admin:case_rule": (*case, stranger.pk),
        "admin:case_dismiss_flag": (*case, 0),
        "admin:case_settle_flag": (*case, 1),
        "admin:round_announce": (round.pk,),
        "admin:round_waiting": (round.pk,),
        "admin:plan": (plan.pk,),
        "admin:filter_change": (1,),
        "admin:plan_list": (round.pk,),
        "admin:plan_compare": (round.pk,),
        "grants:letter_detail": (*case, letter),
        "grants:letter_pdf": (*case, letter),
        "admin:case_version": (*case, 1),
        "admin:case_differences": (*case, 1, 2),
        "admin:case_file": (*case, 1),
        "admin:case_message_file": (*case, 1),
        "grants:message_file": (*case, 1),
        "admin:case_replacement": (*case, 1),
        "admin:case_letter": (*case, letter),
        "admin:case_letter_pdf": (*case, letter),
        "admin:case_letter_on_paper": (*case, letter),
        "admin:print_letter": (0,),
        "admin:print_correct": (0,),
        "admin:app_list": ("grants",),
        "admin:notice_texts_in": ("nn",),
        "admin:inquiry_detail": (inquiry.pk,),
        "admin:view_on_site": (1, 1),
        "grants:draft": (draft.key,),
        "grants:round": (round.slug,),
        "admin:grants_round": (round.pk,),
        "admin:grants_pot": (Pot.objects.first().pk,),
        "case": case,
    }


def address(name, world):
    """The address of that name, with the arguments that fit it."""
    if name in world:
        return reverse(name, args=world[name])
    for start, key in [
        ("grants:draft_", "grants:draft"),
        ("grants:round_list", None),
        ("grants:round_", "grants:round"),
        ("grants:eligibility", "grants:round"),
        ("grants:application_start", "grants:round"),
        ("admin:grants_round_", "admin:grants_round"),
        ("admin:grants_pot_", "admin:grants_pot"),
        ("grants:application_", "case"),
        ("grants:withdraw", "case"),
        ("grants:award_accept", "case"),
        ("grants:reasons_ask", "case"),
        ("grants:award_decline", "case"),
        ("grants:message_list", "case"),
        ("grants:document_", "case"),
        ("grants:answer_", "case"),
        ("grants:amend_", "case"),
        ("admin:plan_", "admin:plan"),
        ("admin:case_list", None),
        ("admin:case_new", None),
        ("admin:case_", "case"),
    ]:
        if name.startswith(start):
            return reverse(name, args=world[key] if key else ())
    return reverse(name)


def client(role):
    browser = Client()
    if login := ROLES[role]:
        browser.force_login(User.objects.get(email=f"{login}@demo.example"))
    return browser


# These change something, so they are asked for with POST; the rest with GET.
POSTED = {
    "admin:figures_alias",
    "admin:figures_publish",
    "admin:figures_undo",
    "admin:control_export",
    "admin:cases_assign",
    "admin:cases_export",
    "admin:filter_save",
    "grants:draft_copy",
    "grants:amend_attachment_remove",
    "grants:amend_drop",
    "grants:draft_attachment_remove",
    "grants:answer_attachment_remove",
    "grants:draft_helper_end",
    "grants:draft_helper_take_back",
    "grants:invitation_take_back",
    "grants:member_contact",
    "grants:member_confirm",
    "admin:case_messages_read",
    "admin:case_settle_flag",
    "admin:tie_remove",
    "admin:plan_prepare",
    "admin:plan_decide",
}


def status(browser, name, url):
    ask = browser.post if name in POSTED else browser.get
    with transaction.atomic():
        answer = ask(url).status_code
        transaction.set_rollback(True)
    return answer


def test_every_address_has_a_row():
    known = set(TABLE) | set(model_pages())

    assert set(names(get_resolver().url_patterns)) == known


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role, world):
    browser = client(role)

    found = {name: status(browser, name, address(name, world)) for name in TABLE}

    assert found == {name: statuses[role] for name, statuses in TABLE.items()}


def shown(model):
    """An object of the model that its readers may see: no draft's, nobody's secret."""
    if model is JournalEntry:
        return model.objects.filter(verb="round_published").first()
    if model is Notice:
        return model.objects.filter(kind="application_submitted").first()
    return model.objects.first()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_its_set_up_pages_and_no_others(role, world):
    browser = client(role)
    expected, found = {}, {}
    for name, (label, letter) in model_pages().items():
        model = next(
            model for model in admin.site._registry if model._meta.label_lower == label
        )
        # A page of one object: whichever the reader may see, else none is asked for.
        page = name.rsplit("_", 1)[1]
        of_one = page in {"history", "change", "delete"}
        first = shown(model) if of_one else None
        if of_one and first is None:
            continue
        letters = MAY.get(role, {}).get(label, "")
        allowed = 200 if letter in letters else 403
        # The history of anything is the journal, which has rights of its own.
        expected[name] = NOT_STAFF.get(role, 302 if page == "history" else allowed)
        found[name] = status(
            browser, name, reverse(name, args=[first.pk] if first else [])
        )

    assert found == expected

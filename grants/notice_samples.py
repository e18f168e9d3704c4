"""What each notice says, from made-up facts: for staff to read, and for the tests."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation

from areas.models import Area, Zone
from coordinators.models import PlaceComment
from grants.models import (
    AccessRequest,
    Appeal,
    AppealQuestion,
    Applicant,
    ApplicantKind,
    Application,
    Award,
    Declaration,
    InfoRequest,
    Invitation,
    JoinRequest,
    LateEntry,
    LateException,
    Letter,
    Membership,
    RejectedFile,
    Representative,
    Round,
    RoundInquiry,
    Ruling,
    State,
    Version,
)
from omradesatsing.accounts.models import User
from omradesatsing.files.models import ScannerOutage, StoredFile
from omradesatsing.notices.models import Notice, texts_of

# Parts of others, not kinds of their own.
NOT_KINDS = {"email", "digest"}


def kinds():
    """Every kind of notice that has a text, in alphabetical order."""
    folder = Path(settings.BASE_DIR) / "templates" / "notices"
    names = {path.name.partition(".")[0] for path in folder.glob("*.txt")}
    return sorted(
        name for name in names if not name.startswith("_") and name not in NOT_KINDS
    )


def sample_texts(kind, language):
    """A kind's texts in a language, by field name (see `texts_of`)."""
    about, context = samples()[kind]
    recipient = User(email="kari@eksempel.no", name="Kari Eksempel", language=language)
    with translation.override(language):
        return texts_of(kind, about, recipient, "", context)


def sample_digest(language):
    """The e-mail of the day for one who has asked for that: (subject, text)."""
    recipient = User(email="kari@eksempel.no", language=language)
    notices = [
        Notice(
            recipient=recipient,
            message_id="<eksempel@portal.invalid>",
            email_subject=sample_texts(kind, language)["email_subject"],
        )
        for kind in ("request_answered", "round_extended")
    ]
    email = notices[0].digest(notices)
    return email.subject, email.body


def samples():
    """{kind: (what it is about, context)}. Nothing of it is stored."""
    closes_at = timezone.make_aware(timezone.datetime(2027, 2, 1))
    round = Round(
        title="Nærmiljøtilskudd våren 2027",
        slug="eksempel",
        opens_at=closes_at - timedelta(days=30),
        closes_at=closes_at,
        closing_moved_reason="Portalen var nede i to timer.",
        expected_answer_on=date(2027, 3, 15),
    )
    case = Application(
        round=round,
        area=Area(name="Elveparken"),
        applicant=Applicant(kind=ApplicantKind.GROUP, name="Naboene i Elveparken"),
        year=2027,
        sequence=12,
        state=State.SUBMITTED,
        submitted_at=closes_at - timedelta(days=3),
        withdrawn_at=closes_at + timedelta(days=1),
    )
    version = Version(
        number=1,
        title="Hage for alle",
        amount=Decimal(15_000),
        contact_name="Kari Eksempel",
    )
    # What is kept of a version that is fetched.
    case.__dict__["current"] = version
    request = InfoRequest(text="Hvem eier plassen?", due_on=date(2027, 2, 20))
    inquiry = RoundInquiry(
        round=round,
        text="Kan vi søke om penger til en gjerde?",
        answer="Ja, hvis gjerdet er en del av prosjektet.",
        forwarded_to="Bymiljøetaten",
    )
    of_case = {
        "application": case,
        "round": round,
        "version": version,
        "request": request,
    }
    late = LateEntry(
        application=case,
        reason="Nettet var borte hele kvelden.",
        closed_at=closes_at,
        ruling="Nettet var borte i hele området.",
    )
    leave = LateException(
        round=round, reason="Du lå på sykehus.", until=closes_at + timedelta(days=2)
    )
    changed = Version(
        number=2, title="Hage for alle", sent_at=closes_at - timedelta(days=1)
    )
    representative = Representative(application=case, name="Rolf Eksempel")
    rejected = RejectedFile(
        application=case,
        file=StoredFile(name="budsjett.xlsx"),
        due_on=date(2027, 2, 4),
    )
    nora = User(email="nora@eksempel.no", name="Nora Eksempel")
    declaration = Declaration(
        application=case, user=nora, conflict=True, ground=Declaration.Ground.LEADER
    )
    ruling = Ruling(
        application=case,
        user=nora,
        conflict=True,
        reason="Du sitter i styret hos søkeren.",
        role=Ruling.Role.LEADER,
        ruled_by=User(email="kari@eksempel.no", name="Kari Eksempel"),
    )
    letter = Letter(application=case, title="Foreløpig svar")
    appeal = Appeal(delay_granted=True, delay_reasons="Pengene er alt brukt.")
    award = Award(
        application=case,
        amount=Decimal(15_000),
        answer_by=date(2027, 4, 6),
        answered_at=closes_at + timedelta(days=50),
    )
    asked = AppealQuestion(text="Hvilken post gjelder det?", due_on=date(2027, 4, 20))
    return of_people(case, closes_at) | {
        "access_answered": (AccessRequest(party_case=case), {"number": "2027/0012"}),
        "appeal_delay_ruled": (appeal, of_case | {"appeal": appeal}),
        "appeal_question": (appeal, of_case | {"question": asked}),
        "application_received_late": (case, of_case | {"late": late}),
        "application_resubmitted": (case, of_case | {"version": changed}),
        "comment_received": (
            PlaceComment(zone=Zone(name="Eksempelsonen"), pk=1),
            {"zone": "Eksempelsonen"},
        ),
        "followed_round_extended": (round, of_case),
        "late_exception_granted": (leave, of_case | {"until": leave.until}),
        "late_taken_in": (case, of_case | {"late": late}),
        "application_submitted": (case, of_case),
        "assessor_named": (case, {}),
        "award_answer_due": (award, {}),
        "award_declined": (award, {}),
        "award_more_time": (award, {}),
        "application_withdrawn": (case, of_case),
        "decision_made": (case, of_case),
        "draft_closes_soon": (case, of_case | {"days": 7}),
        "impartiality_ruled": (ruling, {"ruling": ruling, "number": case.number}),
        "impartiality_to_rule": (
            declaration,
            {"declaration": declaration, "number": case.number},
        ),
        "info_requested": (case, of_case),
        "inquiry_answered": (inquiry, of_case),
        "inquiry_forwarded": (inquiry, of_case),
        "letter_sent": (letter, of_case | {"letter": letter}),
        "letter_unread": (letter, of_case | {"letter": letter}),
        "message_file_rejected": (case, of_case | {"file": rejected.file}),
        "message_received": (case, of_case),
        "file_rejected": (rejected, of_case),
        "scanner_down": (ScannerOutage(), {}),
        "scanner_up": (ScannerOutage(), {}),
        "representative_ended": (representative, {}),
        "representative_entered": (representative, {}),
        "request_answered": (case, of_case),
        "round_closes_soon": (round, of_case | {"days": 7}),
        "round_extended": (case, of_case),
        "round_opened": (round, of_case),
    }


def of_people(case, at):
    """The kinds that tell of members, invitations and helpers."""
    kari = User(email="kari@eksempel.no", name="Kari Eksempel")
    applicant = case.applicant
    applicant.answerable_name = "Ola Eksempel"
    membership = Membership(applicant=applicant, user=kari)
    invitation = Invitation(
        applicant=applicant,
        invited_by=kari,
        email="ola@eksempel.no",
        expires_at=at,
        accepted=True,
    )
    invited = {"link": f"{settings.SITE_URL}/min-side/invitasjoner/eksempel/"}
    joining = JoinRequest(applicant=applicant, membership=membership, accepted=True)
    return {
        "answerable_replaced": (applicant, {}),
        "application_sent_for_other": (case, {"email": "ola@eksempel.no"}),
        "case_disowned": (case, {}),
        "draft_moved": (case, {"title": "Hage for alle", "by": kari}),
        "helped_application_confirmed": (case, {}),
        "helped_application_disowned": (case, {}),
        "helper_ended": (case, {}),
        "invitation_answerable": (invitation, invited),
        "invitation_answered": (invitation, {}),
        "invitation_confirm": (invitation, invited),
        "invitation_helper": (invitation, invited),
        "invitation_member": (invitation, invited),
        "join_answered": (joining, {}),
        "membership_confirmed": (membership, {}),
        "membership_ended": (membership, {}),
        "orgnr_used": (joining, {}),
    }

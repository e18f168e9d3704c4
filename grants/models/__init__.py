"""The grant domain, a file per concept. Import models from here."""

from grants.models.access import (
    AccessFile,
    AccessRequest,
    RedactedCopy,
    Redaction,
)
from grants.models.appeal_states import AppealState
from grants.models.appeal_time import appeal_clock, appeal_clocks, appeal_due
from grants.models.appeals import (
    Appeal,
    AppealFile,
    AppealQuestion,
    AppealShortfall,
)
from grants.models.applicants import (
    Applicant,
    ApplicantKind,
    JoinRequest,
    Membership,
    Organisation,
)
from grants.models.applications import Application
from grants.models.assessments import (
    Advice,
    Assessment,
    AssessorSeat,
    Declaration,
    Mark,
    PanelAdvice,
    ReasonsDraft,
    Recommendation,
)
from grants.models.awards import Award
from grants.models.bodies import BodyDecision
from grants.models.contents import Attachment, BudgetLine
from grants.models.decisions import Decision, DecisionLine, Outcome
from grants.models.imported import ImportedAward
from grants.models.inquiries import RoundFollower, RoundInquiry
from grants.models.invitations import Helper, Invitation
from grants.models.lateness import LateEntry, LateException
from grants.models.letters import Letter
from grants.models.messages import Message, MessageFile
from grants.models.numbers import NumberSeries
from grants.models.plans import Plan, PlanRow
from grants.models.pots import Pot, PotArea, PotRow
from grants.models.printing import PrintItem
from grants.models.questions import (
    Answer,
    Question,
    RequiredAttachment,
)
from grants.models.queue import SavedFilter
from grants.models.reasons import ReasonsRequest
from grants.models.received import Received
from grants.models.records import (
    Audience,
    InternalNote,
    LegalBasis,
    PublicRecord,
)
from grants.models.register_facts import RegisterFacts
from grants.models.rejections import RejectedFile
from grants.models.representatives import Representative
from grants.models.requests import InfoRequest
from grants.models.rounds import (
    Criterion,
    EligibilityAnswer,
    EligibilityQuestion,
    Round,
    Verdict,
)
from grants.models.rulings import AppointedRuler, DecisionFlag, Ruling
from grants.models.schemes import Delegation, LegalTerm, LetterText, Scheme
from grants.models.screening import (
    AidCeiling,
    ChecklistItem,
    Finding,
    HeldFact,
    StateAidNote,
)
from grants.models.states import State
from grants.models.steps import Step
from grants.models.ties import BoardMember, Tie
from grants.models.versions import Version

__all__ = [
    "AccessFile",
    "AccessRequest",
    "Advice",
    "AidCeiling",
    "Answer",
    "Appeal",
    "AppealFile",
    "AppealQuestion",
    "AppealShortfall",
    "AppealState",
    "Applicant",
    "ApplicantKind",
    "Application",
    "AppointedRuler",
    "Assessment",
    "AssessorSeat",
    "Attachment",
    "Audience",
    "Award",
    "BoardMember",
    "BudgetLine",
    "ChecklistItem",
    "Criterion",
    "Decision",
    "DecisionFlag",
    "DecisionLine",
    "Declaration",
    "BodyDecision",
    "Delegation",
    "EligibilityAnswer",
    "EligibilityQuestion",
    "Finding",
    "HeldFact",
    "Helper",
    "ImportedAward",
    "InfoRequest",
    "InternalNote",
    "Invitation",
    "JoinRequest",
    "LateEntry",
    "LateException",
    "LegalBasis",
    "LegalTerm",
    "Letter",
    "LetterText",
    "Mark",
    "Membership",
    "Message",
    "MessageFile",
    "NumberSeries",
    "Organisation",
    "Outcome",
    "PanelAdvice",
    "Plan",
    "PlanRow",
    "Pot",
    "PotArea",
    "PotRow",
    "PrintItem",
    "PublicRecord",
    "Question",
    "ReasonsDraft",
    "ReasonsRequest",
    "RegisterFacts",
    "Representative",
    "Received",
    "Recommendation",
    "RedactedCopy",
    "Redaction",
    "RejectedFile",
    "RequiredAttachment",
    "Round",
    "RoundFollower",
    "RoundInquiry",
    "Ruling",
    "SavedFilter",
    "Scheme",
    "State",
    "StateAidNote",
    "Step",
    "Tie",
    "Verdict",
    "Version",
    "appeal_clock",
    "appeal_clocks",
    "appeal_due",
]

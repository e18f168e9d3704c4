"""The grant domain, a file per concept. Import models from here."""

from grants.models.applicants import Applicant, ApplicantKind, Membership, Organisation
from grants.models.applications import (
    Application,
    Attachment,
    BudgetLine,
    InfoRequest,
    NumberSeries,
    State,
    Step,
    Version,
)
from grants.models.assessments import (
    Advice,
    Assessment,
    Declaration,
    Mark,
    Recommendation,
)
from grants.models.decisions import Award, Decision, DecisionLine, Letter, Outcome
from grants.models.pots import Pot, PotArea, PotRow
from grants.models.rounds import (
    Criterion,
    EligibilityAnswer,
    EligibilityQuestion,
    Round,
    Verdict,
)
from grants.models.schemes import Delegation, LegalTerm, LetterText, Scheme

__all__ = [
    "Advice",
    "Applicant",
    "ApplicantKind",
    "Application",
    "Assessment",
    "Attachment",
    "Award",
    "BudgetLine",
    "Criterion",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Delegation",
    "EligibilityAnswer",
    "EligibilityQuestion",
    "InfoRequest",
    "LegalTerm",
    "Letter",
    "LetterText",
    "Mark",
    "Membership",
    "NumberSeries",
    "Organisation",
    "Outcome",
    "Pot",
    "PotArea",
    "PotRow",
    "Recommendation",
    "Round",
    "Scheme",
    "State",
    "Step",
    "Verdict",
    "Version",
]

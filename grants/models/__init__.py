"""The grant domain, a file per concept. Import models from here."""

from grants.models.applicants import Applicant, ApplicantKind, Membership, Organisation
from grants.models.applications import Application, NumberSeries, State
from grants.models.assessments import (
    Advice,
    Assessment,
    Declaration,
    Mark,
    Recommendation,
)
from grants.models.decisions import Award, Decision, DecisionLine, Letter, Outcome
from grants.models.pots import Pot, PotArea, PotRow
from grants.models.requests import InfoRequest
from grants.models.rounds import (
    Criterion,
    EligibilityAnswer,
    EligibilityQuestion,
    Round,
    Verdict,
)
from grants.models.schemes import Delegation, LegalTerm, LetterText, Scheme
from grants.models.versions import Attachment, BudgetLine, Step, Version

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

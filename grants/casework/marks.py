"""The assessments on the case page: who gives them, what is seen of them, the forms."""

from dataclasses import dataclass, field
from decimal import Decimal

from django import forms
from django.db.models import Prefetch

from grants.casework.forms import CaseForm, textarea
from grants.models import AssessorSeat, Mark, PanelAdvice, State
from grants.models.assessing import ASSESSED_IN
from grants.models.states import BEFORE_RECOMMENDED, WITH_STAFF
from omradesatsing.accounts import roles
from omradesatsing.accounts.models import User
from omradesatsing.ui.fields import NorwegianDateField

# So far apart on one criterion, those who assessed talk before it is recommended.
TALK_FROM = 2


# --- what is known --------------------------------------------------------------------


@dataclass
class Spread:
    """What several people gave on one criterion, side by side."""

    criterion: object
    marks: list

    @property
    def average(self):
        return sum(self.marks, Decimal(0)) / len(self.marks)

    @property
    def apart(self):
        return max(self.marks) - min(self.marks)

    @property
    def is_wide(self):
        return self.apart >= TALK_FROM


@dataclass
class Assessing:
    """Who is to assess the case, who has, and what the reader may see of it."""

    shown: list  # finished, and open to the reader
    own: object  # the reader's own, finished or not; or None
    people: list  # [(person, when finished or None, whether they may be freed)]
    is_shared: bool  # by more than one
    is_hidden: bool
    is_seated: bool  # the reader is one of those who were named
    wanted: int
    spreads: list = field(default_factory=list)
    talk_from: int = TALK_FROM

    @property
    def awaits_own(self):
        return self.is_seated and (self.own is None or self.own.completed_at is None)

    @property
    def is_own_done(self):
        return self.own is not None and self.own.completed_at is not None

    @property
    def lacks_people(self):
        return self.is_shared and len(self.people) < self.wanted

    @property
    def has_finished(self):
        return any(done_at for _person, done_at, _may in self.people)

    @property
    def waiting(self):
        return [person for person, done_at, _may in self.people if done_at is None]

    @property
    def is_wide(self):
        return any(spread.is_wide for spread in self.spreads)


def assessing_of(case, user, criteria):
    """Everything the page says of the assessments; asks a fixed number of times."""
    seats = list(case.seats.standing().select_related("user"))
    standing = list(case.assessments.standing().select_related("assessor"))
    finished = {row.assessor: row.completed_at for row in standing if row.completed_at}
    visible = list(
        case.marks_shown_to(user)
        .select_related("assessor", "version")
        .prefetch_related(
            Prefetch("marks", queryset=Mark.objects.select_related("criterion"))
        )
    )
    shown = [row for row in visible if row.completed_at]
    named, wanted = [seat.user for seat in seats], case.assessors_wanted()
    others = [person for person in finished if person not in named]
    assessing = Assessing(
        shown=shown,
        own=next((row for row in visible if row.assessor_id == user.pk), None),
        people=[
            (person, finished.get(person), person in named and person not in finished)
            for person in [*named, *others]
        ],
        is_shared=wanted > 1 or len(seats) > 1,
        is_hidden=len(shown) < len(finished),
        is_seated=user in named,
        wanted=wanted,
    )
    if len(shown) > 1:
        assessing.spreads = spreads_of(shown, criteria)
    return assessing


def spreads_of(assessments, criteria):
    given = [
        {mark.criterion_id: mark.mark for mark in row.marks.all()}
        for row in assessments
    ]
    return [
        Spread(criterion, [marks[criterion.pk] for marks in given])
        for criterion in criteria
    ]


# --- forms ----------------------------------------------------------------------------


class AssessForm(CaseForm):
    """A mark and a comment for each published criterion. Gaps until it is finished."""

    name = "assess"
    heading = "Vurder kriteriene"
    button = "Ferdig med vurderingen"
    draft_button = "Lagre og fortsett senere"

    def __init__(self, *args, case, criteria, earlier=None, done=True, **kwargs):
        initial = {}
        if earlier:
            initial["comment"] = earlier.comment
            for mark in earlier.marks.all():
                initial[f"mark_{mark.criterion_id}"] = mark.mark
                initial[f"text_{mark.criterion_id}"] = mark.text
        super().__init__(*args, case=case, initial=initial, **kwargs)
        if earlier and earlier.completed_at:
            self.draft_button = ""  # what is finished is replaced by what is finished
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"mark_{criterion.pk}"] = forms.TypedChoiceField(
                label=criterion.name,
                help_text=criterion.guidance,
                choices=Mark.MARKS,
                coerce=int,
                empty_value=None,
                required=done,
                widget=forms.RadioSelect,
            )
            self.fields[f"text_{criterion.pk}"] = forms.CharField(
                label=f"Begrunnelse: {criterion.name}",
                help_text="Står i brevet til søkeren.",
                max_length=Mark._meta.get_field("text").max_length,
                required=done,
                widget=textarea(3),
            )
        self.fields["comment"] = forms.CharField(
            label="Samlet vurdering",
            help_text="Til beslutteren. Står ikke i brevet.",
            max_length=2000,
            widget=textarea(3),
            required=False,
        )

    def marks(self):
        """{criterion: (mark or None, comment)}, as the verb `assess` takes them."""
        return {
            criterion: (
                self.cleaned_data[f"mark_{criterion.pk}"],
                self.cleaned_data[f"text_{criterion.pk}"],
            )
            for criterion in self.criteria
        }


class NameAssessorForm(CaseForm):
    name = "name_assessor"
    heading = "Pek ut en som skal vurdere"
    button = "Pek ut"

    user = forms.ModelChoiceField(
        label="Hvem skal vurdere saken?",
        queryset=User.objects.none(),
        empty_label="Velg",
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        self.fields["user"].queryset = (
            User.objects.filter(
                is_active=True, is_staff=True, groups__name=roles.CASEWORKER
            )
            .exclude(pk__in=case.conflicted().values("pk"))
            .exclude(pk__in=case.seats.standing().values("user"))
            .order_by("name", "email")
        )


class FreeAssessorForm(CaseForm):
    name = "free_assessor"
    heading = "Frita en som ikke er ferdig"
    button = "Frita"

    user = forms.ModelChoiceField(
        label="Hvem skal ikke vurdere saken likevel?",
        help_text="Det de har skrevet, teller ikke.",
        queryset=User.objects.none(),
        empty_label="Velg",
    )
    reason = forms.CharField(
        label="Hvorfor?",
        max_length=AssessorSeat._meta.get_field("freed_reason").max_length,
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        self.fields["user"].queryset = User.objects.filter(
            pk__in=case.seats.waiting().values("user")
        ).order_by("name", "email")


class ReopenAssessmentForm(CaseForm):
    name = "reopen_assessment"
    heading = "Åpne en ferdig vurdering igjen"
    button = "Åpne igjen"

    assessor = forms.ModelChoiceField(
        label="Hvilken vurdering?",
        help_text="Er saken innstilt, går den tilbake til behandling.",
        queryset=User.objects.none(),
        empty_label="Velg",
    )
    reason = forms.CharField(
        label="Hva må endres, og hvorfor?", max_length=1000, widget=textarea(3)
    )

    def __init__(self, *args, case, user, **kwargs):
        super().__init__(*args, case=case, **kwargs)
        finished = case.assessments.counting()
        if case.caseworker_id != user.pk:
            finished = finished.filter(assessor=user)
        self.fields["assessor"].queryset = User.objects.filter(
            pk__in=finished.values("assessor")
        ).order_by("name", "email")


class PanelAdviceForm(CaseForm):
    name = "advise_from_panel"
    heading = "Legg inn råd fra et råd eller panel"
    button = "Lagre rådet"

    body = forms.CharField(
        label="Hvem ga rådet?",
        max_length=PanelAdvice._meta.get_field("body").max_length,
    )
    met_on = NorwegianDateField(label="Møtedato")
    stood_down = forms.CharField(
        label="Hvem gikk fra fordi de var inhabile?",
        max_length=PanelAdvice._meta.get_field("stood_down").max_length,
        required=False,
    )
    text = forms.CharField(
        label="Rådet",
        help_text="Fakta her kan søkeren få se.",
        max_length=PanelAdvice._meta.get_field("text").max_length,
        widget=textarea(5),
    )


def assess_form(case, user, data=None, done=True):
    """The marks to give; what the same person gave before is filled in."""
    criteria = list(case.round.criteria.all())
    earlier = case.assessments.standing().filter(assessor=user).first()
    return AssessForm(data, case=case, criteria=criteria, earlier=earlier, done=done)


def assessing_forms(case, user, assessing, criteria):
    """The forms that a caseworker assesses by, by name. The verbs are the guards."""
    found = naming_forms(case, assessing)
    if case.state in WITH_STAFF:
        found["advise_from_panel"] = PanelAdviceForm(case=case)
    opens = assessing.is_own_done or case.caseworker_id == user.pk
    if (
        opens
        and assessing.has_finished
        and (
            case.state == State.RECOMMENDED
            or (assessing.is_shared and case.state in ASSESSED_IN)
        )
    ):
        found["reopen_assessment"] = ReopenAssessmentForm(case=case, user=user)
    if case.state in ASSESSED_IN and (
        assessing.awaits_own if assessing.is_shared else True
    ):
        found["assess"] = AssessForm(
            case=case, criteria=criteria, earlier=assessing.own
        )
    return found


def naming_forms(case, assessing):
    """The forms that say who is to assess, where the round has two of them."""
    found = {}
    if case.state not in BEFORE_RECOMMENDED or case.round.two_assessors_from is None:
        return found
    found["name_assessor"] = NameAssessorForm(case=case)
    if any(may_be_freed for _person, _done_at, may_be_freed in assessing.people):
        found["free_assessor"] = FreeAssessorForm(case=case)
    return found

from coordinators.models.comments import PlaceComment
from coordinators.models.events import Event
from coordinators.models.people import Assignment, Coordinator
from coordinators.models.projects import (
    Partner,
    Project,
    ProjectExample,
    ProjectFunding,
)

__all__ = [
    "Assignment",
    "Coordinator",
    "Event",
    "Partner",
    "PlaceComment",
    "Project",
    "ProjectExample",
    "ProjectFunding",
]

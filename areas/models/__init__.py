from areas.models.documents import Document, Link
from areas.models.facts import Fact
from areas.models.money import Agreement, Appropriation, Funder
from areas.models.places import District, Division, Succession, Zone
from areas.models.programme import Area, AreaPhase, AreaZone, Effort, Theme
from areas.models.steering import Body, Department, PoliticalCase

__all__ = [
    "Agreement",
    "Appropriation",
    "Area",
    "AreaPhase",
    "AreaZone",
    "Body",
    "Department",
    "District",
    "Division",
    "Document",
    "Effort",
    "Fact",
    "Funder",
    "Link",
    "PoliticalCase",
    "Succession",
    "Theme",
    "Zone",
]

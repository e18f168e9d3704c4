from areas.models.documents import Document, Link
from areas.models.facts import Fact
from areas.models.figures import (
    Alias,
    Edition,
    Figure,
    FigureChange,
    FileImport,
    Indicator,
    Level,
    PlaceName,
    Population,
)
from areas.models.money import Agreement, Appropriation, Funder
from areas.models.places import District, Division, Succession, Zone
from areas.models.programme import Area, AreaPhase, AreaZone, Effort, Theme
from areas.models.steering import Body, Department, PoliticalCase

__all__ = [
    "Agreement",
    "Alias",
    "Appropriation",
    "Area",
    "AreaPhase",
    "AreaZone",
    "Body",
    "Department",
    "District",
    "Division",
    "Document",
    "Edition",
    "Effort",
    "Fact",
    "Figure",
    "FigureChange",
    "FileImport",
    "Funder",
    "Indicator",
    "Level",
    "Link",
    "PlaceName",
    "PoliticalCase",
    "Population",
    "Succession",
    "Theme",
    "Zone",
]

"""Columns that several models need: sorting æøå, reserved slugs, full text."""

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.db.models.functions import Lower, Replace

# Words that stand at the same place in an address as a slug, now or by the contract.
RESERVED_SLUGS = [
    "alle",
    "csv",
    "data",
    "finn",
    "json",
    "kart",
    "ny",
    "nytt",
    "resultater",
    "sok",
    "tildelinger",
    "utvikling",
]

ascii_slug = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*$",
    "Bruk små bokstaver a–z, tall og bindestrek. Skriv ae, o og a for æ, ø og å.",
)


def slug_field(**options):
    return models.SlugField(
        "adressenavn", max_length=80, validators=[ascii_slug], **options
    )


def slug_is_free(name):
    """A constraint: the slug is no word that the addresses use themselves."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(slug__in=RESERVED_SLUGS),
        violation_error_message="Portalen bruker adressenavnet selv. Velg et annet.",
    )


def norwegian_key(field):
    """A stored column that sorts æ, ø, å (and aa as å) last on every server."""
    # In C order {, | and } follow z.
    return GeneratedField(
        expression=Func(
            Replace(Lower(field), Value("aa"), Value("å")),
            Value("æäøöåéèêüô"),
            Value("{{||}eeeuo"),
            function="translate",
            output_field=models.CharField(),
        ),
        output_field=models.CharField(max_length=300, db_collation="C"),
        db_persist=True,
    )


def search_column(**weights):
    """A stored Norwegian search vector, from field names to weights A–D."""
    vector = None
    for field, weight in weights.items():
        part = SearchVector(F(field), weight=weight, config="norwegian")
        vector = part if vector is None else vector + part
    return GeneratedField(
        expression=vector, output_field=SearchVectorField(), db_persist=True
    )

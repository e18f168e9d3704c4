"""The real facts of the programme: which file fills which model, column by column.

`marks.csv` says which fields the note calls inferred (`derived`) or not yet checked
(`unchecked`), `sources.csv` from when a source is, `efforts.csv` which areas are run as
one, `divisions.csv` which zone divisions exist.
"""

import re
from datetime import timedelta
from pathlib import Path

from areas.models import (
    Agreement,
    Appropriation,
    Area,
    AreaPhase,
    AreaZone,
    Body,
    Department,
    District,
    Division,
    Document,
    Edition,
    Effort,
    Figure,
    Funder,
    Indicator,
    Level,
    Link,
    PoliticalCase,
    Population,
    Succession,
    Theme,
    Zone,
)
from areas.models.figures import let_correct
from coordinators.models import (
    Event,
    Partner,
    Project,
    ProjectExample,
    ProjectFunding,
)
from omradesatsing.loading.keeper import Keeper
from omradesatsing.loading.sheets import read

AREAS = Path(__file__).resolve().parents[2] / "areas" / "data"
COORDINATORS = Path(__file__).resolve().parents[2] / "coordinators" / "data"

# A note with these words must have a line in marks.csv.
NEEDS_MARK = re.compile(r"utledet|kontroller (før visning|utgiveren)", re.IGNORECASE)


def load_programme(now, *, areas=AREAS, coordinators=COORDINATORS):
    """Load all files; returns the Keeper with what was done.

    Call it in a transaction. Raises BadRow at the first row that cannot be loaded.
    `now` is when new rows count as published.
    """
    programme = Programme(now, areas, coordinators)
    for load in (
        programme.load_districts,
        programme.load_themes,
        programme.load_efforts,
        programme.load_divisions,
        programme.load_zones,
        programme.load_successions,
        programme.load_population,
        programme.load_areas,
        programme.load_funders,
        programme.load_agreements,
        programme.load_appropriations,
        programme.load_bodies,
        programme.load_political_cases,
        programme.load_departments,
        programme.load_documents,
        programme.load_links,
        programme.load_indicators,
        programme.load_editions,
        programme.load_figures,
        programme.load_projects,
        programme.load_events,
        programme.load_examples,
    ):
        load()
    programme.keeper.finish()
    return programme.keeper


SOURCES = ["source_url", "more_sources"]


class Programme:
    """One run: the files, the objects found so far, and the keeper that writes."""

    def __init__(self, now, areas, coordinators):
        self.now = now
        self.areas_folder, self.coordinators_folder = areas, coordinators
        self.keeper = Keeper()
        self.found = {}
        self.sources = {
            row.text("source_url"): row.start("as_of")
            for row in read(areas / "sources.csv", ["source_url", "as_of", "basis"])
        }
        self.marks = {}
        for folder in (areas, coordinators):
            for row in read(folder / "marks.csv", ["file", "row", "field", "mark"]):
                key = row.text("file"), row.text("row"), row.text("mark")
                self.marks.setdefault(key, []).append(row.text("field"))

    # -- areas ------------------------------------------------------------------------

    def load_districts(self):
        for row in self._rows(
            "districts.csv", ["slug", "name", "ssb_code", "source_url"]
        ):
            self._keep(
                row,
                District,
                name=row.text("name", required=True),
                ssb_code=row.text("ssb_code", required=True),
                **self._fact(row),
            )

    def load_themes(self):
        columns = ["slug", "name", "description", "note", *SOURCES]
        for row in self._rows("themes.csv", columns):
            self._keep(
                row,
                Theme,
                name=row.text("name", required=True),
                description=row.text("description"),
                **self._fact(row),
            )

    def load_efforts(self):
        self.effort_of = {}
        columns = ["slug", "name", "start", "area_slugs", "note", *SOURCES]
        for row in self._rows("efforts.csv", columns):
            starts_on, precision = row.start("start")
            effort = self._keep(
                row,
                Effort,
                name=row.text("name", required=True),
                starts_on=starts_on,
                starts_precision=precision,
                **self._fact(row),
            )
            self.effort_of |= dict.fromkeys(row.words("area_slugs"), effort)

    def load_divisions(self):
        self.division_of = {}
        columns = ["slug", "name", "zone_total", "first_edition", "last_edition"]
        columns += ["default", "report_slug", "note", *SOURCES]
        for row in self._rows("divisions.csv", columns):
            division = self._keep(
                row,
                Division,
                name=row.text("name", required=True),
                zone_total=row.whole_number("zone_total", required=True),
                first_edition=row.whole_number("first_edition", required=True),
                last_edition=row.whole_number("last_edition"),
                is_default=row.yes("default"),
                **self._fact(row),
            )
            self.division_of[row.text("report_slug")] = division

    def load_zones(self):
        columns = ["slug", "name", "bydel", "name_status", "source_url", "basis"]
        division = self.found[Division]["kommunens-51"]
        more = ["ssb_lks_2026", "tile_column", "tile_row"]
        for row in self._rows("zones_51.csv", columns + more):
            self._keep_zone(
                row,
                division,
                suggested_ssb_codes=row.text("ssb_lks_2026"),
                tile_column=row.whole_number("tile_column"),
                tile_row=row.whole_number("tile_row"),
            )
        division = self.found[Division]["kommunens-57"]
        for row in self._rows("zones_57.csv", columns):
            self._keep_zone(row, division)

    def _keep_zone(self, row, division, **drawn):
        names = {d.name: d for d in self.found[District].values() if d}
        if row.text("bydel") not in names:
            raise row.bad("bydel", f"«{row.text('bydel')}» er ikke en bydel.")
        self._keep(
            row,
            Zone,
            key=f"{division.slug}/{row.slug()}",
            find={"slug": row.slug(), "division": division},
            name=row.text("name", required=True),
            district=names[row.text("bydel")],
            name_status=row.choice("name_status", Zone.NameStatus),
            **drawn,
            **self._fact(row, note="basis"),
        )

    def load_successions(self):
        for row in self._rows("successions.csv", ["older", "newer", "whole", "basis"]):
            older = self._get(row, Zone, "older", f"kommunens-51/{row.text('older')}")
            newer = self._get(row, Zone, "newer", f"kommunens-57/{row.text('newer')}")
            self._keep(
                row,
                Succession,
                key=f"{row.text('older')}/{row.text('newer')}",
                find={"older": older, "newer": newer},
                is_whole=row.yes("whole"),
                note=row.text("basis"),
            )

    def load_population(self):
        columns = ["district_slug", "year", "population", "source_url"]
        for row in self._rows("district_population.csv", columns):
            district = self._one(row, District, "district_slug", required=True)
            year = row.whole_number("year", required=True)
            key = f"{district.slug}/{year}"
            self._keep(
                row,
                Population,
                key=key,
                find={"district": district, "year": year},
                people=row.whole_number("population", required=True),
                **self._fact(row, key=key),
            )

    def load_indicators(self):
        columns = ["slug", "name", "theme", "unit", "decimals", "denominator"]
        columns += ["definition", "caveats", "wanted", "lowest_level", "is_composite"]
        columns += ["key_position", "replaces", "comparable", "note", "source_url"]
        for row in self._rows("indicators.csv", columns):
            row.columns = {"is_comparable": "comparable"}
            self._keep(
                row,
                Indicator,
                name=row.text("name", required=True),
                theme=row.choice("theme", Indicator.Theme),
                unit=row.choice("unit", Indicator.Unit),
                decimals=row.whole_number("decimals", required=True),
                denominator=row.text("denominator"),
                definition=row.text("definition"),
                caveats=row.text("caveats"),
                wanted=row.choice("wanted", Indicator.Wanted),
                lowest_level=row.choice("lowest_level", Level),
                is_composite=row.yes("is_composite"),
                key_position=row.whole_number("key_position"),
                replaces=self._one(row, Indicator, "replaces"),
                is_comparable=row.yes("comparable"),
                **self._fact(row),
            )

    def load_editions(self):
        columns = ["slug", "title", "year", "division_slug", "report_slug", "issued"]
        for row in self._rows(
            "editions.csv", [*columns, "about", "note", "source_url"]
        ):
            issued_on, precision = row.start("issued")
            self._keep(
                row,
                Edition,
                initial={"published_at": self.now},
                title=row.text("title", required=True),
                year=row.whole_number("year", required=True),
                division=self._one(row, Division, "division_slug", required=True),
                report=self._one(row, Document, "report_slug"),
                about=row.text("about"),
                issued_on=issued_on,
                issued_precision=precision,
                **self._fact(row),
            )

    def load_figures(self):
        columns = ["edition", "indicator", "place", "sign", "value", "value_to"]
        columns += ["words", "period", "derived", "note", "source_url"]
        open_for = None
        for row in self._rows("figures.csv", columns):
            edition = self._one(row, Edition, "edition", required=True)
            indicator = self._one(row, Indicator, "indicator", required=True)
            if edition is None or indicator is None:
                continue  # deleted by hand
            if edition != open_for:
                let_correct(edition)
                open_for = edition
            zone, district = self._place(row, edition, indicator)
            self._keep(
                row,
                Figure,
                key=f"{edition.slug}/{indicator.slug}/{row.text('place')}",
                find={
                    "edition_id": edition.pk,
                    "indicator_id": indicator.pk,
                    "zone_id": zone and zone.pk,
                    "district_id": district and district.pk,
                },
                status=Figure.Status.PUBLISHED,
                sign=row.choice("sign", Figure.Sign),
                value=row.decimal("value"),
                value_to=row.decimal("value_to"),
                words=row.text("words"),
                period=row.text("period"),
                is_derived=row.yes("derived"),
                source_url=row.url("source_url"),
                note=row.text("note"),
            )

    def _place(self, row, edition, indicator):
        """The zone or district of a figure; both None for the whole city."""
        name = row.text("place", required=True)
        if name == "Bergen":
            return None, None
        if name.startswith("bydel "):
            districts = {d.name: d for d in self.found[District].values() if d}
            found, level = districts.get(name.removeprefix("bydel ")), Level.DISTRICT
        else:
            zones = {
                zone.name: zone
                for zone in self.found[Zone].values()
                if zone and zone.division_id == edition.division_id
            }
            found, level = zones.get(name), Level.ZONE
        if found is None:
            raise row.bad("place", f"«{name}» er ikke et sted i inndelingen.")
        if not indicator.goes_down_to(level):
            raise row.bad("place", f"«{indicator}» vises ikke på dette nivået.")
        return (found, None) if level == Level.ZONE else (None, found)

    def load_areas(self):
        columns = ["slug", "name", "district_slug", "status", "start", "end", "summary"]
        columns += ["goals", "themes", "zones", "local_office", "office_hours", "note"]
        for row in self._rows("areas.csv", [*columns, *SOURCES]):
            row.columns = {"district": "district_slug", "office": "local_office"}
            fact = self._fact(row)
            area = self._keep(
                row,
                Area,
                many={"themes": self._many(row, Theme, "themes")},
                initial={"published_at": self.now},
                name=row.text("name", required=True),
                district=self._one(row, District, "district_slug", required=True),
                effort=self.effort_of.get(row.slug()),
                summary=row.text("summary", required=True),
                goals=row.text("goals"),
                office=row.text("local_office"),
                office_hours=row.text("office_hours"),
                **fact,
            )
            if area:
                self._load_phases(row, area)
                self._load_area_zones(row, area, fact["derived"])

    def _load_phases(self, row, area):
        """An area is active from its start to its end, and ended from then on."""
        start, start_precision = row.start("start")
        end, end_precision = row.end("end")
        status = row.choice("status", AreaPhase.Status)
        if start is None:
            raise row.bad("start", "mangler.")
        if (status == AreaPhase.Status.ENDED) != (end is not None):
            raise row.bad("end", "skal stå for avsluttede områder, og bare for dem.")
        running = AreaPhase.Status.ACTIVE if end else status
        self._keep_phase(row, area, running, start, start_precision, end, end_precision)
        if end:
            after = end + timedelta(days=1)
            self._keep_phase(row, area, status, after, end_precision, None, "day")

    def _keep_phase(
        self, row, area, status, start, start_precision, end, end_precision
    ):
        self._keep(
            row,
            AreaPhase,
            key=f"{row.slug()}/{status}",
            find={"area": area, "status": status},
            starts_on=start,
            starts_precision=start_precision,
            ends_on=end,
            ends_precision=end_precision,
            **self._fact(row) | {"note": "", "derived": [], "unchecked": []},
        )

    def _load_area_zones(self, row, area, derived):
        start, start_precision = row.start("start")
        end, end_precision = row.end("end")
        zones = self._many(row, Zone, "zones", prefix="kommunens-51/")
        for zone in zones:
            self._keep(
                row,
                AreaZone,
                key=f"{row.slug()}/{zone.slug}",
                find={"area": area, "zone": zone},
                starts_on=start,
                starts_precision=start_precision,
                ends_on=end,
                ends_precision=end_precision,
                **self._fact(row)
                | {"note": "", "unchecked": []}
                | {"derived": ["zone"] if "zones" in derived else []},
            )

    def load_funders(self):
        columns = ["slug", "name", "kind", "note", "source_url"]
        for row in self._rows("funders.csv", columns):
            self._keep(
                row,
                Funder,
                name=row.text("name", required=True),
                kind=row.choice("kind", Funder.Kind),
                **self._fact(row),
            )

    def load_agreements(self):
        columns = ["slug", "title", "funder_slugs", "area_slugs", "signed"]
        columns += ["valid_from", "valid_to", "description", "note", *SOURCES]
        for row in self._rows("agreements.csv", columns):
            signed_on, signed_precision = row.start("signed")
            starts_on, starts_precision = row.start("valid_from")
            ends_on, ends_precision = row.end("valid_to")
            self._keep(
                row,
                Agreement,
                many={
                    "funders": self._many(row, Funder, "funder_slugs"),
                    "areas": self._many(row, Area, "area_slugs"),
                },
                title=row.text("title", required=True),
                signed_on=signed_on,
                signed_precision=signed_precision,
                starts_on=starts_on,
                starts_precision=starts_precision,
                ends_on=ends_on,
                ends_precision=ends_precision,
                description=row.text("description"),
                **self._fact(row),
            )

    def load_appropriations(self):
        columns = ["year", "year_to", "funder_slug", "area_slugs", "district_slug"]
        columns += ["amount_nok", "amount_qualifier", "kind", "purpose", "note"]
        for row in self._rows("appropriations.csv", [*columns, *SOURCES]):
            row.columns = {"amount": "amount_nok", "qualifier": "amount_qualifier"}
            place = ["year", "funder_slug", "area_slugs", "district_slug"]
            key = "/".join(row.text(column) for column in place)
            areas = self._many(row, Area, "area_slugs")
            self._keep(
                row,
                Appropriation,
                key=key,
                find=None,
                many={"areas": areas},
                year=row.whole_number("year", required=True),
                year_to=row.whole_number("year_to"),
                funder=self._one(row, Funder, "funder_slug", required=True),
                district=self._one(row, District, "district_slug"),
                amount=row.kroner("amount_nok", required=True),
                qualifier=row.choice("amount_qualifier", Appropriation.Qualifier),
                kind=row.choice("kind", Appropriation.Kind),
                purpose=row.text("purpose", required=True),
                **self._fact(row, key=key),
            )

    def load_bodies(self):
        for row in self._rows("bodies.csv", ["slug", "name", "role", *SOURCES]):
            self._keep(
                row,
                Body,
                name=row.text("name", required=True),
                role=row.text("role"),
                **self._fact(row),
            )

    def load_political_cases(self):
        columns = ["slug", "case_number", "title", "body_slug", "decided_on"]
        columns += ["area_slugs", "summary", "note", *SOURCES]
        for row in self._rows("political_cases.csv", columns):
            decided_on, precision = row.start("decided_on")
            self._keep(
                row,
                PoliticalCase,
                many={"areas": self._many(row, Area, "area_slugs")},
                case_number=row.text("case_number"),
                title=row.text("title", required=True),
                body=self._one(row, Body, "body_slug", required=True),
                decided_on=decided_on,
                decided_precision=precision,
                summary=row.text("summary"),
                **self._fact(row),
            )

    def load_departments(self):
        columns = ["name", "valid_from", "valid_to", "approximate", "note", *SOURCES]
        for row in self._rows("departments.csv", columns):
            starts_on, starts_precision = row.start("valid_from")
            ends_on, ends_precision = row.end("valid_to")
            name = row.text("name", required=True)
            self._keep(
                row,
                Department,
                key=name,
                find={"name": name},
                starts_on=starts_on,
                starts_precision=starts_precision,
                ends_on=ends_on,
                ends_precision=ends_precision,
                is_approximate=row.yes("approximate"),
                **self._fact(row, key=name),
            )

    def load_documents(self):
        columns = ["slug", "title", "kind", "year", "area_slugs", "publisher", "url"]
        for row in self._rows("documents.csv", [*columns, "summary", "note", *SOURCES]):
            self._keep(
                row,
                Document,
                many={"areas": self._many(row, Area, "area_slugs")},
                initial={"published_at": self.now},
                title=row.text("title", required=True),
                kind=row.choice("kind", Document.Kind),
                year=row.whole_number("year"),
                division=self.division_of.get(row.slug()),
                publisher=row.text("publisher"),
                url=row.url("url"),
                summary=row.text("summary"),
                **self._fact(row),
            )

    def load_links(self):
        columns = ["slug", "title", "url", "description", "note", "source_url"]
        for row in self._rows("links.csv", columns):
            self._keep(
                row,
                Link,
                title=row.text("title", required=True),
                url=row.url("url"),
                description=row.text("description"),
                **self._fact(row),
            )

    # -- coordinators -----------------------------------------------------------------

    def load_projects(self):
        columns = ["slug", "title", "area_slugs", "district_slug", "theme_slug", "kind"]
        columns += ["status", "start", "end", "responsible", "partners", "cost_nok"]
        columns += ["funder_slug", "funding_nok", "result", "note", *SOURCES]
        for row in self._rows("projects.csv", columns):
            if row.text("cost_nok"):
                raise row.bad("cost_nok", "har ingen plass i portalen ennå.")
            row.columns = {
                "theme": "theme_slug",
                "starts_on": "start",
                "ends_on": "end",
                "name": "partners",
            }
            starts_on, starts_precision = row.start("start")
            ends_on, ends_precision = row.end("end")
            project = self._keep(
                row,
                Project,
                many={
                    "areas": self._many(row, Area, "area_slugs"),
                    "partners": self._partners(row),
                },
                initial={"published_at": self.now},
                title=row.text("title", required=True),
                district=self._one(row, District, "district_slug"),
                theme=self._one(row, Theme, "theme_slug"),
                kind=row.choice("kind", Project.Kind),
                status=row.choice("status", Project.Status, required=False),
                starts_on=starts_on,
                starts_precision=starts_precision,
                ends_on=ends_on,
                ends_precision=ends_precision,
                responsible=row.text("responsible"),
                result=row.text("result"),
                **self._fact(row),
            )
            funder = self._one(row, Funder, "funder_slug")
            if project and funder:
                self._keep(
                    row,
                    ProjectFunding,
                    key=f"{row.slug()}/{funder.slug}",
                    find={"project": project, "funder": funder},
                    amount=row.kroner("funding_nok"),
                    **self._fact(row) | {"note": "", "derived": [], "unchecked": []},
                )

    def _partners(self, row):
        known = self.found.setdefault(Partner, {})
        return [
            known[name]
            if name in known
            else self._keep(row, Partner, key=name, find={"name": name})
            for name in row.words("partners")
        ]

    def load_events(self):
        columns = ["slug", "title", "kind", "date", "area_slugs", "place", "attendance"]
        columns += ["attendance_qualifier", "summary_url", "note", *SOURCES]
        for row in self._rows("events.csv", columns):
            date, precision = row.start("date")
            fact = self._fact(row)
            draft = "published_at" in fact["unchecked"]
            self._keep(
                row,
                Event,
                many={"areas": self._many(row, Area, "area_slugs")},
                initial={"published_at": None if draft else self.now},
                title=row.text("title", required=True),
                kind=row.choice("kind", Event.Kind),
                date=date,
                date_precision=precision,
                place=row.text("place"),
                attendance=row.whole_number("attendance"),
                attendance_qualifier=row.choice(
                    "attendance_qualifier", Event.Qualifier, required=False
                ),
                summary_url=row.url("summary_url"),
                **fact,
            )

    def load_examples(self):
        columns = ["slug", "example_kind", "applicant_type", "recipient", "title"]
        columns += ["area_slug", "purpose", "amount_nok", "year", "note", *SOURCES]
        for row in self._rows("grant_examples.csv", columns):
            kind = row.text("example_kind", required=True)
            if kind not in {"real", "type"}:
                raise row.bad("example_kind", f"«{kind}» er ikke real eller type.")
            # The real ones are already projects of the kind `grant`.
            if kind == "type":
                self._keep(
                    row,
                    ProjectExample,
                    title=row.text("title", required=True),
                    purpose=row.text("purpose"),
                    applicant_type=row.text("applicant_type"),
                    **self._fact(row),
                )

    # -- what all have in common ------------------------------------------------------

    def _rows(self, file, columns):
        here = self.areas_folder / file
        path = here if here.exists() else self.coordinators_folder / file
        return read(path, columns)

    def _fact(self, row, *, key=None, note="note"):
        """The columns that every file has, with the marks of the row."""
        if key is None:
            key = row.slug()
        marks = {
            mark: self.marks.get((row.file, key, mark), [])
            for mark in ("derived", "unchecked")
        }
        text = row.text(note) if note in row.cells else ""
        if NEEDS_MARK.search(text) and not any(marks.values()):
            raise row.bad(note, "sier at noe er utledet; si hvilket felt i marks.csv.")
        source = row.url("source_url")
        as_of, as_of_precision = self.sources.get(source, (None, "day"))
        return {
            "source_url": source,
            "more_sources": row.urls("more_sources")
            if "more_sources" in row.cells
            else "",
            "as_of": as_of,
            "as_of_precision": as_of_precision,
            "note": text,
            **marks,
        }

    def _keep(
        self, row, model, *, key=None, find=..., many=None, initial=None, **values
    ):
        if key is None:
            key = row.slug()
        if find is ...:
            find = {"slug": key}
        obj = self.keeper.keep(
            row, model, key, find=find, values=values, many=many, initial=initial
        )
        self.found.setdefault(model, {})[key] = obj
        return obj

    def _one(self, row, model, column, *, required=False):
        slug = row.text(column, required=required)
        return self._get(row, model, column, slug) if slug else None

    def _many(self, row, model, column, prefix=""):
        """Objects named in the cell; one that was deleted by hand is left out."""
        found = (
            self._get(row, model, column, prefix + word) for word in row.words(column)
        )
        return [obj for obj in found if obj]

    def _get(self, row, model, column, slug):
        if slug not in self.found.get(model, {}):
            raise row.bad(column, f"«{slug}» finnes ikke.")
        return self.found[model][slug]

"""What search engines should know of: published pages, in each language."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from areas.models import Area, District, Document, Edition, Indicator, Zone
from coordinators.models import Project
from grants.models import Round


class InEachLanguage(Sitemap):
    i18n = True
    alternates = True


class PageSitemap(InEachLanguage):
    def items(self):
        return [
            "pages:home",
            "pages:area_list",
            "pages:zone_list",
            "pages:city_detail",
            "areas:indicator_list",
            "areas:compare",
            "areas:edition_list",
            "areas:about_figures",
            "pages:data",
            "coordinators:project_list",
            "coordinators:coordinator_list",
            "grants:round_list",
            "areas:document_list",
            "grants:journal",
            "pages:about",
            "pages:contact",
            "pages:privacy",
            "pages:accessibility",
        ]

    def location(self, name):
        return reverse(name)


class AreaSitemap(InEachLanguage):
    def items(self):
        return Area.objects.public(timezone.now()).by_name()


class ZoneSitemap(InEachLanguage):
    def items(self):
        # A working name is not the place's own: its page is noindex.
        zones = Zone.objects.in_default_division().by_district()
        return zones.exclude(name_status=Zone.NameStatus.WORKING)


class DistrictSitemap(InEachLanguage):
    def items(self):
        return District.objects.all()

    def location(self, district):
        return reverse("pages:district_detail", args=[district.slug])


class IndicatorSitemap(InEachLanguage):
    def items(self):
        return Indicator.objects.filter(is_composite=False)


class EditionSitemap(InEachLanguage):
    def items(self):
        # Practice figures are for those who train, not for search engines.
        editions = Edition.objects.public(timezone.now())
        return editions.filter(is_practice=False).newest_last()


class ProjectSitemap(InEachLanguage):
    def items(self):
        return Project.objects.public(timezone.now()).order_by("pk")


class DocumentSitemap(InEachLanguage):
    def items(self):
        return Document.objects.public(timezone.now()).order_by("pk")


class RoundSitemap(InEachLanguage):
    def items(self):
        return Round.objects.public(timezone.now()).order_by("pk")


SITEMAPS = {
    "pages": PageSitemap,
    "areas": AreaSitemap,
    "zones": ZoneSitemap,
    "districts": DistrictSitemap,
    "indicators": IndicatorSitemap,
    "editions": EditionSitemap,
    "projects": ProjectSitemap,
    "documents": DocumentSitemap,
    "rounds": RoundSitemap,
}

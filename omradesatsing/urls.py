"""The portal's public contract. Names are English, paths are Norwegian.

Bokmål has no prefix; `/nn/` and `/en/` carry the others. Probes, files and the admin
stand outside the language prefixes.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("omradesatsing.pages.probes")),
    *i18n_patterns(
        path("", include("omradesatsing.accounts.urls")),
        path("", include("grants.urls")),
        path("", include("coordinators.urls")),
        path("", include("areas.urls")),
        path("", include("omradesatsing.pages.urls")),
        prefix_default_language=False,
    ),
]

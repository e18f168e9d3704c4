from django.urls import path

from areas import views
from areas.figures import editions, pages

app_name = "areas"
urlpatterns = [
    path("indikatorer/", pages.indicator_list, name="indicator_list"),
    path("indikatorer/<slug:slug>.csv", pages.indicator_csv, name="indicator_csv"),
    path("indikatorer/<slug:slug>.json", pages.indicator_json, name="indicator_json"),
    path("indikatorer/<slug:slug>/", pages.indicator_detail, name="indicator_detail"),
    path("indikatorer/<slug:slug>/kart.svg", pages.indicator_map, name="indicator_map"),
    path("sammenlign/", pages.compare, name="compare"),
    path("sammenlign.csv", pages.compare_csv, name="compare_csv"),
    path("sammenlign.json", pages.compare_json, name="compare_json"),
    path("utgaver/", editions.edition_list, name="edition_list"),
    path("utgaver/<slug:slug>.csv", editions.edition_csv, name="edition_csv"),
    path("utgaver/<slug:slug>.json", editions.edition_json, name="edition_json"),
    path("utgaver/<slug:slug>/", editions.edition_detail, name="edition_detail"),
    path(
        "utgaver/<slug:slug>/datapackage.json",
        editions.edition_package,
        name="edition_package",
    ),
    path(
        "utgaver/<slug:slug>/endringer.csv",
        editions.edition_changes,
        name="edition_changes",
    ),
    path(
        "soneinndelinger/<slug:slug>/",
        editions.division_detail,
        name="division_detail",
    ),
    path(
        "soneinndelinger/<slug:slug>.csv",
        editions.division_csv,
        name="division_csv",
    ),
    path("om-tallene/", editions.about_figures, name="about_figures"),
    path("dokumentasjon/", views.document_list, name="document_list"),
    path("dokumentasjon/<slug:slug>/", views.document_detail, name="document_detail"),
]

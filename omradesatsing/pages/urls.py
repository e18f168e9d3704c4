from django.urls import path

from omradesatsing.pages import my_page, own_data, places, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("omrader/", views.area_list, name="area_list"),
    path("omrader/<slug:slug>/", views.area_detail, name="area_detail"),
    path("soner/", places.zone_list, name="zone_list"),
    path("soner/finn/", places.zone_find, name="zone_find"),
    path("soner/<slug:slug>.csv", places.zone_csv, name="zone_csv"),
    path("soner/<slug:slug>.json", places.zone_json, name="zone_json"),
    path("soner/<slug:slug>/", places.zone_detail, name="zone_detail"),
    path(
        "soner/<slug:slug>/utvikling/", places.zone_development, name="zone_development"
    ),
    path("bydeler/<slug:slug>.csv", places.district_csv, name="district_csv"),
    path("bydeler/<slug:slug>.json", places.district_json, name="district_json"),
    path("bergen.csv", places.city_csv, name="city_csv"),
    path("bergen.json", places.city_json, name="city_json"),
    path("bydeler/<slug:slug>/", places.district_detail, name="district_detail"),
    path("bergen/", places.city_detail, name="city_detail"),
    path("data/", views.data, name="data"),
    path("sok/", views.search, name="search"),
    path("om/", views.about, name="about"),
    path("personvern/", views.privacy, name="privacy"),
    path("tilgjengelighet/", views.accessibility, name="accessibility"),
    path("kontakt/", views.contact, name="contact"),
    path("min-side/", my_page.my_page, name="my_page"),
    path("min-side/meldinger/", my_page.notice_list, name="notice_list"),
    path("min-side/meldinger/<int:pk>/", my_page.notice_detail, name="notice_detail"),
    path("min-side/profil/", my_page.profile, name="profile"),
    path("min-side/opplysninger/", own_data.own_data, name="own_data"),
    path("min-side/opplysninger.json", own_data.own_data_file, name="own_data_file"),
    path("min-side/opplysninger/slett/", own_data.erase, name="erase"),
]

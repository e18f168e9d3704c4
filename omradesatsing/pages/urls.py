from django.urls import path

from omradesatsing.pages import my_page, own_data, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("omrader/", views.area_list, name="area_list"),
    path("omrader/<slug:slug>/", views.area_detail, name="area_detail"),
    path("soner/", views.zone_list, name="zone_list"),
    path("soner/<slug:slug>/", views.zone_detail, name="zone_detail"),
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

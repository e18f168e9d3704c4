from django.urls import path

from omradesatsing.pages import views

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
]

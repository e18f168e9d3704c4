from django.urls import path

from coordinators import views

app_name = "coordinators"
urlpatterns = [
    path("prosjekter/", views.project_list, name="project_list"),
    path("prosjekter/<slug:slug>/", views.project_detail, name="project_detail"),
    path("koordinatorer/", views.coordinator_list, name="coordinator_list"),
]

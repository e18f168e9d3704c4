from django.urls import path

from coordinators import comments, views

app_name = "coordinators"
urlpatterns = [
    path("prosjekter/", views.project_list, name="project_list"),
    path("prosjekter/<slug:slug>/", views.project_detail, name="project_detail"),
    path("soner/<slug:slug>/si-fra/", comments.comment_send, name="comment_send"),
    path("si-fra/<str:key>/", comments.comment_detail, name="comment_detail"),
    path("koordinatorer/", views.coordinator_list, name="coordinator_list"),
]

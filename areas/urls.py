from django.urls import path

from areas import views

app_name = "areas"
urlpatterns = [
    path("dokumentasjon/", views.document_list, name="document_list"),
    path("dokumentasjon/<slug:slug>/", views.document_detail, name="document_detail"),
]

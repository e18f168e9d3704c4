"""Addresses of the casework, below /admin/. The admin site wraps each in its guard."""

from django.urls import path

from grants.casework import (
    decisions,
    declaring,
    inquiries,
    late,
    leaving,
    messages,
    people,
    plans,
    queue,
    rulings,
    texts,
    ties,
    views,
)

CASE = "saker/<int:year>/<str:seq>/"


def casework_urls(guard):
    """The patterns; `guard` lets only active staff in (`AdminSite.admin_view`)."""
    routes = [
        ("varseltekster/", texts.notice_texts),
        ("sporsmal/", inquiries.inquiry_list),
        ("sporsmal/<int:pk>/", inquiries.inquiry_detail),
        ("bindinger/", ties.tie_list),
        ("bindinger/<int:pk>/", ties.tie_change),
        ("bindinger/<int:pk>/slett/", ties.tie_remove),
        ("habilitet/", rulings.ruling_list),
        ("utlysninger/<int:pk>/habilitet/", declaring.round_impartiality),
        ("saker/", queue.case_list),
        ("saker/fordel/", queue.cases_assign),
        ("saker/fil/", queue.cases_export),
        ("saker/filtre/", queue.filter_save),
        ("saker/filtre/<int:pk>/", queue.filter_change),
        ("saker/fra/<int:pk>/", leaving.leaver_cases),
        (CASE, views.case_detail),
        (f"{CASE}habilitet/", views.case_declare),
        (f"{CASE}habilitet/<int:pk>/", rulings.case_rule),
        (f"{CASE}nytt-blikk/<int:pk>/", rulings.case_settle_flag),
        (f"{CASE}ta/", views.case_take),
        (f"{CASE}ta-inn/", late.case_take_in),
        ("utlysninger/<int:pk>/utsatt-frist/", late.round_leave),
        ("utlysninger/<int:pk>/planer/", plans.plan_list),
        ("utlysninger/<int:pk>/planer/sammenlikn/", plans.plan_compare),
        ("utlysninger/<int:pk>/gjor-kjent/", plans.round_announce),
        ("planer/<int:pk>/", plans.plan_detail),
        ("planer/<int:pk>/innstill/", plans.plan_prepare),
        ("planer/<int:pk>/avgjor/", plans.plan_decide),
        (f"{CASE}gi-videre/", views.case_hand_over),
        (f"{CASE}be-om-mer/", views.case_request_info),
        (f"{CASE}varsler/<int:number>/", views.case_dismiss_flag),
        (f"{CASE}uten-svar/", views.case_cancel_request),
        (f"{CASE}rad/", views.case_advise),
        (f"{CASE}vurdering/", views.case_assess),
        (f"{CASE}innstilling/", views.case_recommend),
        (f"{CASE}tilbake/", views.case_send_back),
        (f"{CASE}vedtak/", decisions.case_decide),
        (f"{CASE}versjoner/<int:number>/", views.case_version),
        (f"{CASE}filer/<int:pk>/", views.case_file),
        (f"{CASE}filer/i-stedet/<int:pk>/", views.case_replacement),
        (f"{CASE}medlem/", people.case_confirm_member),
        (f"{CASE}underskrift/", people.case_confirm_scan),
        (f"{CASE}underskrift/fil/", people.case_confirmation_scan),
        (f"{CASE}spor-igjen/", people.case_ask_to_confirm),
        (f"{CASE}meldinger/", messages.case_messages),
        (f"{CASE}meldinger/lest/", messages.case_messages_read),
        (f"{CASE}meldinger/fil/<int:pk>/", messages.case_message_file),
        (f"{CASE}brev/<int:pk>/", views.case_letter),
        (f"{CASE}brev/<int:pk>/pdf/", views.case_letter_pdf),
    ]
    return [
        *(path(route, guard(view), name=view.__name__) for route, view in routes),
        path(
            "varseltekster/<slug:language>/",
            guard(texts.notice_texts),
            name="notice_texts_in",
        ),
    ]

from functools import update_wrapper
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from pghistory.admin import EventsAdmin

from omradesatsing.accounts.roles import APPEALS, CASEWORKER

PASSWORD_PAGE = reverse_lazy("account_login")
# Rows of others' apps: one-time codes lie among the jobs' arguments, roles are code.
LEFT_OUT = {"account.emailaddress", "auth.group", "procrastinate.procrastinatejob"}
REPLACED = {"view_on_site", "logout", "password_change_done"}


class PortalAdminSite(admin.AdminSite):
    """The staff's workplace: set-up by ModelAdmin, casework by views of our own."""

    site_title = "Områdesatsing i Bergen"
    site_header = "Områdesatsing i Bergen"
    index_title = "Mine oppgaver"
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        one = isinstance(model_or_iterable, ModelBase)
        models = [model_or_iterable] if one else model_or_iterable
        ours = [model for model in models if model._meta.label_lower not in LEFT_OUT]
        super().register(ours, admin_class, **options)

    def get_urls(self):
        # Inside the method: the admin is imported before the apps have their models.
        from areas.intake import intake_urls
        from coordinators.comments import comment_urls
        from grants.casework.urls import casework_urls

        on_site = "r/<int:content_type_id>/<int:object_id>/"
        patterns = [
            *casework_urls(self.admin_view),
            *intake_urls(self.admin_view),
            *comment_urls(self.admin_view),
            path(on_site, self.admin_view(self.view_on_site), name="view_on_site"),
            *(
                pattern
                for pattern in super().get_urls()
                if getattr(pattern, "name", "") not in REPLACED
            ),
        ]
        send_to_password_page(patterns)
        return patterns

    def admin_view(self, view, cacheable=False):
        """Only active staff get in: others who are logged in are told so."""
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def index(self, request, extra_context=None):
        """«Mine oppgaver»: what waits for this person, then the set-up they may see."""
        from areas.intake import may_load
        from coordinators.comments import comment_tasks
        from coordinators.comments import may_answer as answers_comments
        from grants.control import may_control
        from grants.models.access import may_answer
        from grants.models.readers import reads_cases
        from grants.todo import Task, tasks_for

        groups = tasks_for(request.user, request.arrived_at)
        comments = [Task(*facts) for facts in comment_tasks(request.user)]
        if comments:
            groups.append(("Tilbakemeldinger om steder", comments))
        context = {
            "task_groups": groups,
            "answers_comments": answers_comments(request.user),
            "reads_cases": reads_cases(request.user),
            "may_control": may_control(
                request.user, timezone.localdate(request.arrived_at)
            ),
            "loads_figures": may_load(request.user),
            "answers_requests": may_answer(request.user),
            "posts_letters": request.user.has_role(CASEWORKER),
            "at_appeal_body": request.user.has_role(APPEALS),
            "title": self.index_title,
        }
        return super().index(request, context)

    @login_not_required
    def login(self, request, extra_context=None):
        """There is one place to log in."""
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return HttpResponseRedirect(f"{PASSWORD_PAGE}?{query}")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def view_on_site(self, request, content_type_id, object_id):
        """To a row's public page, for those who may see the row in the admin.

        Django's own asks for no permission and would give away a draft's address.
        """
        try:
            model = ContentType.objects.get_for_id(content_type_id).model_class()
            model_admin = self._registry[model]
        except (ContentType.DoesNotExist, KeyError, ValueError):
            raise Http404 from None
        row = model_admin.get_object(request, object_id)
        if row is None or not model_admin.has_view_permission(request, row):
            raise Http404
        return redirect(row)


def send_to_password_page(patterns):
    """Staff log in with a password: say so to the middleware, view by view."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            send_to_password_page(pattern.url_patterns)
        elif getattr(pattern.callback, "login_required", True):
            pattern.callback.login_url = PASSWORD_PAGE


class HistoryAdmin(EventsAdmin):
    """What was changed in set-up and editorial tables, by whom."""

"""The notices as people get them, for staff to read before they are needed."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grants.notice_samples import kinds, sample_digest, sample_texts
from omradesatsing.accounts import roles

READERS = {roles.ADMINISTRATOR, roles.CASEWORKER, roles.EDITOR}


@require_safe
def notice_texts(request, language="nb"):
    """Each kind's inbox text and e-mail in one language, on made-up facts."""
    if not (request.user.is_superuser or request.user.role_names & READERS):
        raise PermissionDenied
    names = dict(settings.LANGUAGES)
    if language not in names:
        raise Http404
    subject, text = sample_digest(language)
    context = {
        "title": "Tekstene i varslene",
        "language": language,
        "languages": settings.LANGUAGES,
        "kinds": [(kind, sample_texts(kind, language)) for kind in kinds()],
        "digest": {"email_subject": subject, "email_text": text},
    }
    return render(request, "admin/cases/notice_texts.html", context)

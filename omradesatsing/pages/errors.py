from django.http import JsonResponse
from django.shortcuts import redirect, render

from omradesatsing.accounts.middleware import by_script, park, say_kept


def csrf_failure(request, reason=""):
    """The form's token is missing or too old: keep what was typed, or say what to do.

    Most often it was opened before a new log-in. Its signed owner gets the fields back
    in a fresh form; nothing is done with them here.
    """
    if by_script(request):
        return JsonResponse({"reason": "token"}, status=403)
    if park(request):
        if not request.user.is_authenticated:
            say_kept(request)
        return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=403)

from django import template
from django.utils.html import format_html

from omradesatsing.accounts.middleware import OWNER_FIELD, sign_owner
from omradesatsing.accounts.sessions import pseudonym, seconds_left

register = template.Library()


@register.simple_tag(takes_context=True)
def owner_field(context):
    """A hidden field that says whose form this is.

    With it, what is posted after the log-in has ended is kept for its owner. To be put
    in every form in which somebody writes for more than a minute.
    """
    owner = sign_owner(context["request"].user)
    return format_html('<input type="hidden" name="{}" value="{}">', OWNER_FIELD, owner)


@register.simple_tag(takes_context=True)
def session_left(context):
    """Seconds until the log-in ends."""
    return seconds_left(context["request"])


@register.simple_tag(takes_context=True)
def user_pseudonym(context):
    """Whose text this browser keeps, without a name."""
    return pseudonym(context["request"].user)

"""How a case is shown to staff."""

from django import template

from grants.casework import wording

register = template.Library()


@register.inclusion_tag("ds/tag.html")
def case_state(case):
    """Where a case stands, in the staff's words."""
    label, tone = wording.STATES[case.state]
    return {"label": label, "tone": tone}


@register.filter
def in_words(entry):
    """A journal entry as a sentence."""
    return wording.journal_words(entry)

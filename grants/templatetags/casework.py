"""How a case is shown to staff."""

from django import template

from grants.casework import filters, wording

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


@register.filter
def in_queue(url, queue):
    """An address with the queue at hand; a place on the same page as it is."""
    return url if url.startswith("#") else filters.in_queue(url, queue)


@register.filter
def working_queue(request):
    """The queue that a case was opened from, as it stands in `ko`."""
    return filters.queue_text(request)

from django import template

register = template.Library()


@register.filter
def status_line(project, day):
    """How far the project has come, as far as is known on the day."""
    return project.status_line(day)

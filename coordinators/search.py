from django.utils import timezone

from areas.search import Hit, headline, pieces, ranked, read_query
from coordinators.models import Project


def search_projects(text, now):
    query = read_query(text)
    projects = Project.objects.public(now)
    projects = projects.annotate(headline=headline(query, "result", "goal"))
    return [
        Hit(
            project.title,
            project.get_absolute_url(),
            meta=project.status_line(timezone.localdate(now)),
            text=pieces(project.headline),
        )
        for project in ranked(projects, query)
    ]

"""Figures as SVG in a page. Each stands in a `<figure>` with the words it needs."""

from django import template

from omradesatsing.ui.charts import Sparkline

register = template.Library()


def drawing(name):
    path = f"ds/charts/{name}.html"

    @register.inclusion_tag(path, name=name)
    def tag(chart):
        return {"chart": chart}

    return tag


for chart_name in ("dot_strip", "line_chart", "slope", "class_map", "poster"):
    drawing(chart_name)


@register.inclusion_tag("ds/charts/sparkline.html")
def sparkline(values):
    """A small line of numbers; nothing for fewer than two."""
    return {"chart": Sparkline(values) if len(values) > 1 else None}

from django.core.paginator import Paginator
from django.http import Http404

# Nobody leafs further; a filter is the way. It also caps what a page may cost.
LAST_PAGE = 100


def page_of(request, rows, *, per_page=20):
    """The page named by `?page=`; 404 for one that does not exist or is no number."""
    asked = request.GET.get("page", "1")
    # «001», «1.0», «٣» and the like are not addresses of ours.
    if not (asked.isascii() and asked.isdigit() and asked[0] != "0" and len(asked) < 4):
        raise Http404
    paginator = Paginator(rows, per_page)
    number = int(asked)
    if number > min(paginator.num_pages, LAST_PAGE):
        raise Http404
    return paginator.page(number)

from django import template

from omradesatsing.ui.tiles import GAP, HEIGHT, WIDTH, map_size

register = template.Library()


@register.inclusion_tag("ds/tile_map.html")
def tile_map(tiles, title, description):
    """A map of equal cells as SVG, each cell a link.

    `tiles` are `omradesatsing.ui.tiles.Tile`; those without a place are left out: the
    table beside the map has them. `title` and `description` are read aloud.
    """
    placed = [tile for tile in tiles if None not in (tile.column, tile.row)]
    width, height = map_size(placed)
    return {
        "tiles": placed,
        "title": title,
        "description": description,
        "tile_width": WIDTH,
        "tile_height": HEIGHT,
        # Room for the outline of the outermost cells.
        "view_box": f"-{GAP} -{GAP} {width + 2 * GAP} {height + 2 * GAP}",
    }

"""Build static/css/portal.css: what we use of Designsystemet, our theme, our rules.

    python tools/build_css.py            write the file
    python tools/build_css.py --check    exit 1 if the committed file is out of date

Only the standard library, no network, the same bytes every time. Sources:
static/vendor/designsystemet/ (unchanged from upstream) and omradesatsing/ui/css/.
"""

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENDOR = PROJECT / "static/vendor/designsystemet"
OWN = PROJECT / "omradesatsing/ui/css"
TARGET = PROJECT / "static/css/portal.css"

# Upstream's order decides between rules of the same weight.
COMPONENTS = [
    "base",
    "button",
    "link",
    "list",
    "breadcrumbs",
    "pagination",
    "skip-link",
    "label",
    "validation-message",
    "input",
    "field",
    "fieldset",
    "error-summary",
]
IN_BASE_LAYER = {"base"}
# Our element rules too: below every component and below the admin's own style sheet.
OWN_BASE = "10-base.css"

# Parts of the theme that no page asks for: the portal is light only, has one typeface
# and no green.
UNUSED_LAYERS = ("color-scheme.dark", "typography.secondary")
UNUSED_BLOCKS = (
    '[data-color="success"]',
    '[data-color="info"]',
    '[data-color="warning"]',
    "@media (prefers-color-scheme",
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")


def blocks(css):
    """Split CSS into its top-level (prelude, body) blocks."""
    depth = start = 0
    for position, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                prelude, body = css[start:position].strip(), position + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield prelude, css[body:position]
                start = position + 1


def used_theme(theme, users):
    """The theme without unused parts and without variables that `users` never read."""
    parts = []
    for layer, body in blocks(theme):
        if not layer.endswith(UNUSED_LAYERS):
            kept = [
                f"{prelude}{{{rules}}}"
                for prelude, rules in blocks(body)
                if not prelude.startswith(UNUSED_BLOCKS)
            ]
            parts.append(f"{layer}{{{''.join(kept)}}}")
    theme = "".join(parts)
    declaration = re.compile(r"(--[\w-]+):([^;{}]*);")
    needed, found = set(), set(VARIABLE.findall(users)) | {"--ds-size"}
    while found - needed:
        needed |= found
        found = {
            name
            for variable, value in declaration.findall(theme)
            if variable in needed
            for name in VARIABLE.findall(value)
        }
    return declaration.sub(lambda match: match[0] if match[1] in needed else "", theme)


def minified(css):
    """Without comments and without white space that means nothing."""
    css = COMMENT.sub("", css)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};])\s*", r"\1", css)
    css = re.sub(r"([\w)]): ", r"\1:", css)
    css = re.sub(r", ", ",", css)
    css = css.replace(";}", "}")
    previous = None
    while css != previous:  # blocks that the pruning left empty
        previous, css = css, re.sub(r"[^{};]+\{\}", "", css)
    return css.strip()


def build():
    """The whole style sheet as text."""
    layers = {"ds.base": "", "ds.components": ""}
    for name in COMPONENTS:
        layer = "ds.base" if name in IN_BASE_LAYER else "ds.components"
        css = (VENDOR / f"components/{name}.css").read_text("utf-8").strip()
        layers[layer] += css + "\n"
    own = ""
    for path in sorted(OWN.glob("*.css")):
        css = path.read_text("utf-8")
        own += f"@layer ds.base{{{css}}}" if path.name == OWN_BASE else css
    components = "".join(f"@layer {layer}{{{css}}}" for layer, css in layers.items())
    theme = COMMENT.sub("", (VENDOR / "theme.css").read_text("utf-8"))
    theme = theme.removeprefix('@charset "UTF-8";')
    return (
        '@charset "UTF-8";\n'
        "/* Built by tools/build_css.py. Designsystemet: MIT, Digdir. */\n"
        "@layer ds.theme,ds.base,ds.admin,ds.components;\n"
        f"{minified(used_theme(theme, components + own))}\n"
        f"{components.strip()}\n{minified(own)}\n"
    )


def main(arguments):
    css = build()
    if "--check" in arguments:
        if TARGET.read_text("utf-8") != css:
            sys.exit("static/css/portal.css is out of date: run tools/build_css.py")
        return
    TARGET.write_text(css, "utf-8")
    print(f"{TARGET.relative_to(PROJECT)}: {len(css.encode())} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])

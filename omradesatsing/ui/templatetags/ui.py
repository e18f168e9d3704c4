"""How things are written and drawn: money, dates, numbers, form fields, small parts.

Norwegian first: no-break spaces in amounts, «31. desember 2026 kl. 23.59».
"""

import copy
from datetime import datetime, timedelta
from decimal import Decimal

from django import forms, template
from django.conf import settings
from django.forms.utils import flatatt
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\u00a0"
# Bokmål and nynorsk write dates alike. Django's own English is American.
DATES = {"en": "j F Y"}
TIMES = {"en": r"j F Y \a\t H:i"}
MONTHS = {"month": "F Y", "year": "Y"}


# --- amounts, dates, numbers ----------------------------------------------------------


@register.filter
def money(amount):
    """Kroner as text: «12 345 kr», with øre only when there are any. None gives ""."""
    if amount is None or amount == "":
        return ""
    amount = Decimal(amount)
    digits = f"{abs(amount):,.2f}".replace(",", NBSP).replace(".", ",")
    sign = "−" if amount < 0 else ""
    return f"{sign}{digits.removesuffix(',00')}{NBSP}kr"


@register.filter
def date_no(day):
    """A date as «31. desember 2026», an instant as its date in Norway."""
    if not day:
        return ""
    return format_date(_local(day), DATES.get(get_language(), "j. F Y"))


@register.filter
def datetime_no(instant):
    """An instant in Norwegian time: «31. desember 2026 kl. 12.00»."""
    if not instant:
        return ""
    text = format_date(_local(instant), TIMES.get(get_language(), r"j. F Y \k\l. H.i"))
    return f"{text} {_season(instant)}".strip()


def _season(instant):
    """Which of two, for a time that the clocks show twice in October."""
    local = _local(instant)
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    if first <= second:
        return ""
    return _("(sommertid)") if local.utcoffset() == first else _("(vintertid)")


@register.filter
def machine_time(when):
    """A date or an instant as `<time datetime>` takes it: no more than seconds."""
    if not when:
        return ""
    if isinstance(when, datetime):
        return _local(when).isoformat(timespec="seconds")
    return when.isoformat()


@register.filter
def deadline(closes_at):
    """The last minute before an exclusive end: midnight is 23.59 the day before.

    The instant itself belongs to the closed time, so whoever reads «23.59» may use all
    of that minute.
    """
    return datetime_no(closes_at - timedelta(minutes=1)) if closes_at else ""


@register.filter
def partial_date(day, precision="day"):
    """A date as exactly as it is known: «2019», «januar 2018», «28. oktober 2019»."""
    if not day:
        return ""
    if precision in MONTHS:
        return format_date(_local(day), MONTHS[precision])
    return date_no(day)


@register.filter
def orgnr(number):
    """An organisation number in threes: «974 760 673»."""
    digits = str(number or "")
    if len(digits) != 9 or not digits.isdecimal():
        return digits
    return f"{digits[:3]}{NBSP}{digits[3:6]}{NBSP}{digits[6:]}"


@register.filter
def phone(number):
    """A phone number as it is read aloud: «55 56 55 56», mobiles «412 34 567»."""
    number = "".join(str(number or "").split())
    digits = number.removeprefix("+47")
    if len(digits) != 8 or not digits.isdecimal():
        return number
    if digits[0] in "49":
        return f"{digits[:3]}{NBSP}{digits[3:5]}{NBSP}{digits[5:]}"
    return NBSP.join(digits[start : start + 2] for start in range(0, 8, 2))


def _local(moment):
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


# --- the language of a text -----------------------------------------------------------

# What staff write, whatever language the page is in.
BOKMAL = "nb"


@register.simple_tag
def lang(code=BOKMAL):
    """` lang="nb"` for an element whose text is in another language than the page.

    `{% lang %}` is for what staff have written, `{% lang "" %}` for what applicants
    have, `{% lang notice.language %}` for a text that knows its own. A page in bokmål
    takes what applicants write to be bokmål too.
    """
    return format_html(' lang="{}"', code) if _is_foreign(code) else ""


@register.filter
def in_lang(text, code=BOKMAL):
    """The text in a span of its language, where `lang` has no element to stand on."""
    if not text or not _is_foreign(code):
        return text
    return format_html('<span lang="{}">{}</span>', code, text)


def _is_foreign(code):
    return (code or BOKMAL) != get_language()


# --- small parts ----------------------------------------------------------------------


@register.simple_block_tag
def meta_description(content):
    """What search engines show of the page, when the page says it."""
    if not content.strip():
        return ""
    return format_html('<meta name="description" content="{}">', content)


@register.inclusion_tag("_breadcrumbs.html")
def breadcrumbs(trail):
    """Where the page stands. `trail`: (label, url) pairs; the last one has no url."""
    return {"trail": trail}


@register.inclusion_tag("ds/tag.html")
def status_tag(label, tone="neutral"):
    """A word in a frame. `tone`: neutral, info, accent, strong or muted."""
    return {"label": label, "tone": tone}


@register.simple_tag(takes_context=True)
def language_links(context):
    """The same page in each language: code, name, url, whether it is this one.

    Of a page that does not exist the links lead to the front page.
    """
    request = context.get("request")
    path = request.path if request else "/"
    try:
        resolve(path)
    except Resolver404:
        path = reverse("pages:home")
    return [
        {
            "code": code,
            "name": name,
            "url": translate_url(path, code),
            "current": code == get_language(),
        }
        for code, name in settings.LANGUAGES
    ]


@register.inclusion_tag("ds/menu_item.html", takes_context=True)
def menu_item(context, url, label):
    """A line of the main menu; marked when the page is it or lies below it."""
    path = getattr(context.get("request"), "path", "")
    current = "page" if path == url else "true" if url and path.startswith(url) else ""
    return {"url": url, "label": label, "current": current}


@register.filter
def page_numbers(page):
    """The page numbers to show: ends and neighbours, None for a gap between."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1)
    return [number if isinstance(number, int) else None for number in numbers]


# --- form fields ----------------------------------------------------------------------

COUNTED = (forms.Textarea, forms.TextInput)
# A limit is worth saying where someone might reach it.
LONG = 100


@register.simple_tag
def ds_widget(field):
    """The field's own control, with the design system's class and Django's ids.

    A maximum length is said, counted and checked by the server, but not given to the
    browser: it would cut what is pasted, without a word.
    """
    widget = copy.copy(field.field.widget)
    widget.attrs = dict(widget.attrs)
    if isinstance(widget, forms.ClearableFileInput):
        widget = _plain_file_input(widget)
    attrs = {"class": _classes("ds-input", widget.attrs.get("class"))}
    if isinstance(widget, forms.FileInput):
        attrs["class"] = widget.attrs.get("class") or None
    if isinstance(widget, forms.Textarea):
        widget.attrs.pop("cols", None)
    if widget.attrs.get("placeholder") == field.label:  # allauth says it twice
        del widget.attrs["placeholder"]
    limits = {"data-limit": ds_limit(field), "data-words": _word_limit(field)}
    if any(limits.values()):
        widget.attrs.pop("maxlength", None)
        described = [field.aria_describedby, f"{field.auto_id}_limit"]
        attrs["aria-describedby"] = " ".join(filter(None, described))
        attrs |= {name: limit for name, limit in limits.items() if limit}
    return field.as_widget(widget=widget, attrs=attrs)


@register.filter
def ds_limit(field):
    """The number of characters a long text may have, or None."""
    limit = getattr(field.field, "max_length", None)
    widget = field.field.widget
    if not limit or widget.is_hidden or not isinstance(widget, COUNTED):
        return None
    return limit if isinstance(widget, forms.Textarea) or limit > LONG * 5 else None


def _word_limit(field):
    return getattr(field.field, "max_words", None)


@register.filter
def ds_limits(field):
    """How much may be written, as a sentence; nothing where there is room enough."""
    length, words = ds_limit(field), _word_limit(field)
    if words and length:
        text = ngettext(
            "Høyst %(words)s ord og %(length)s tegn",
            "Høyst %(words)s ord og %(length)s tegn",
            words,
        )
    elif words:
        text = ngettext("Høyst %(words)s ord", "Høyst %(words)s ord", words)
    else:
        text = _("Høyst %(length)s tegn") if length else ""
    return text % {"words": words, "length": length} if text else ""


@register.simple_tag
def ds_counter():
    """The words in which script counts under a long text, a 0 for the number."""
    words = {
        "left": lambda n: ngettext("%(n)s tegn igjen", "%(n)s tegn igjen", n),
        "over": lambda n: ngettext("%(n)s tegn for mye", "%(n)s tegn for mye", n),
        "words": lambda n: ngettext("%(n)s ord skrevet", "%(n)s ord skrevet", n),
        "words-left": lambda n: ngettext("%(n)s ord igjen", "%(n)s ord igjen", n),
        "words-over": lambda n: ngettext("%(n)s ord for mye", "%(n)s ord for mye", n),
    }
    return flatatt(
        {
            f"data-{name}-{form}": text(number) % {"n": 0}
            for name, text in words.items()
            for form, number in (("one", 1), ("many", 2))
        }
    )


@register.filter
def ds_choices(field):
    """The choices of a radio or checkbox group: attributes, id and label of each."""
    return [
        {
            "attrs": flatatt(
                {"type": choice.data["type"], "name": choice.data["name"]}
                | {"value": str(choice.data["value"]), "class": "ds-input"}
                | choice.data["attrs"]
            ),
            "id": choice.id_for_label,
            "label": choice.choice_label,
        }
        for choice in field.subwidgets
    ]


@register.filter
def ds_label(field):
    """The field's label. One that staff have written is marked: `field.label_lang`."""
    code = getattr(field.field, "label_lang", None)
    return field.label if code is None else in_lang(field.label, code)


@register.filter
def ds_kind(field):
    """How the field is drawn: hidden, checkbox, choices, file, compound or line."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "compound" if field.use_fieldset else "line"


@register.filter
def ds_current_file(field):
    """The file that is there already, if any."""
    value = field.initial
    return value if value and getattr(value, "url", None) else None


@register.filter
def ds_clear_name(field):
    """The name of the box that removes the current file, if the file may be removed."""
    widget = field.field.widget
    if not isinstance(widget, forms.ClearableFileInput) or field.field.required:
        return ""
    return widget.clear_checkbox_name(field.html_name)


@register.filter
def ds_target(field):
    """The id that a link in the error summary leads to: the first choice of a group."""
    if field.use_fieldset and field.auto_id:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def ds_field_errors(field):
    """The field's errors as texts.

    Where Django only says that something is missing or too long, we say what, and by
    how much. A message that the form gives itself stands as it is.
    """
    texts = []
    for error in field.errors.as_data():
        own = _in_our_words(error, field)
        texts += [own] if own else error.messages
    return texts


@register.simple_tag
def ds_errors(form=None, formset=None):
    """Every error of a form and a formset, in page order: {"text", "target"}.

    The text is the one at the field. What belongs to no field has no target. In a
    formset the row is named first.
    """
    found = _form_errors(form) if form else []
    if formset:
        found += [{"text": text, "target": ""} for text in formset.non_form_errors()]
        for number, row in enumerate(formset.forms, start=1):
            found += [
                error
                | {
                    "text": format_html(
                        _("Linje {row}: {text}"), row=number, text=error["text"]
                    )
                }
                for error in _form_errors(row)
            ]
    return found


def _form_errors(form):
    found = [{"text": text, "target": ""} for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else ds_target(field)
        found += [{"text": text, "target": target} for text in ds_field_errors(field)]
    return found


def _in_our_words(error, field):
    default = forms.Field.default_error_messages["required"]
    if error.code == "required" and str(error.message) == str(default):
        return _missing(field)
    if error.code == "max_length" and "max_length" not in field.field.error_messages:
        return format_html(
            _(
                "Teksten under «{label}» har {show_value} tegn. Den kan ha høyst "
                "{limit_value}."
            ),
            **error.params | {"label": ds_label(field)},
        )
    return ""


def _missing(field):
    texts = {
        "checkbox": _("Kryss av for «{label}»."),
        "choices": _("Velg et svar under «{label}»."),
        "file": _("Legg ved «{label}»."),
    }
    kind = "choices" if _is_select(field) else ds_kind(field)
    text = texts.get(kind, _("Fyll ut «{label}»."))
    return format_html(text, label=ds_label(field))


def _is_select(field):
    return isinstance(field.field.widget, forms.Select)


def _plain_file_input(widget):
    # The current file and «Fjern filen» are drawn by our template.
    plain = forms.FileInput(attrs=widget.attrs)
    plain.is_required = widget.is_required
    return plain


def _classes(*names):
    return " ".join(name for name in names if name)

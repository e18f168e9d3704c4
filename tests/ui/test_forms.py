"""Every field as the crispy pack draws it: names, hints, errors, and their links."""

import html5lib
import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string

from omradesatsing.ui.fields import MoneyField, NorwegianDateField

NS = "{http://www.w3.org/1999/xhtml}"


class StoredBudget:
    url = "/budsjett/"

    def __str__(self):
        return "budsjett.pdf"


class ProjectForm(forms.Form):
    name = forms.CharField(label="Hva heter tiltaket?", help_text="Kort.")
    email = forms.EmailField(label="E-postadresse")
    amount = MoneyField(label="Beløp")
    starts = NorwegianDateField(label="Når starter det?")
    kind = forms.ChoiceField(
        label="Hvem søker?",
        help_text="Velg én.",
        widget=forms.RadioSelect,
        choices=[("a", "Jeg"), ("b", "Vi")],
    )
    themes = forms.MultipleChoiceField(
        label="Tema",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", "Kultur"), ("2", "Idrett")],
    )
    area = forms.ChoiceField(label="Område", choices=[("", "Velg"), ("1", "Nord")])
    story = forms.CharField(label="Fortell", max_length=20, widget=forms.Textarea)
    budget = forms.FileField(label="Budsjett", required=False)
    true = forms.BooleanField(label="Alt er riktig")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


class LineForm(forms.Form):
    text = forms.CharField(label="Hva")
    amount = MoneyField(label="Beløp")


def drawn(template, **context):
    """The elements of a drawn template, which must be valid HTML."""
    html = render_to_string(template, context)
    parser = html5lib.HTMLParser(strict=True)
    return list(parser.parseFragment(html).iter())


def draw(form):
    return drawn("ds/uni_form.html", form=form, field_template="ds/field.html")


def tagged(elements, name):
    return [element for element in elements if element.tag == NS + name]


def text(element):
    return " ".join("".join(element.itertext()).split())


@pytest.fixture
def invalid():
    data = {"name": "", "email": "tull", "amount": "1e9", "starts": "31.2.2026"}
    return ProjectForm(data | {"story": "x" * 21}, {})


@pytest.mark.parametrize("bound", [False, True])
def test_every_control_has_one_label_and_what_describes_it_exists(bound, invalid):
    elements = draw(invalid if bound else ProjectForm())

    ids = [element.get("id") for element in elements if element.get("id")]
    labels = [label.get("for") for label in tagged(elements, "label")]
    controls = [
        element.get("id")
        for name in ("input", "select", "textarea")
        for element in tagged(elements, name)
        if element.get("type") != "hidden"
    ]
    described = [
        name
        for element in elements
        for name in (element.get("aria-describedby") or "").split()
    ]
    assert len(ids) == len(set(ids))
    assert sorted(labels) == sorted(controls)
    assert len(controls) == 12
    assert [name for name in described if name not in ids] == []


def test_an_invalid_field_says_so_and_its_error_names_the_field(invalid):
    elements = {element.get("id"): element for element in draw(invalid)}

    name, error = elements["id_name"], elements["id_name_error"]
    assert name.get("aria-invalid") == "true"
    assert name.get("aria-describedby") == "id_name_helptext id_name_error"
    assert text(error) == "Fyll ut «Hva heter tiltaket?»."


def test_the_hint_stands_before_the_error_and_both_before_the_field(invalid):
    order = [element.get("id") for element in draw(invalid)]

    wanted = ["id_name_helptext", "id_name_error", "id_name"]
    assert [name for name in order if name in wanted] == wanted


def test_a_group_is_a_fieldset_described_by_its_hint_and_error(invalid):
    fieldsets = {element.get("id"): element for element in draw(invalid)}

    group = fieldsets["id_kind"]
    assert group.tag == NS + "fieldset"
    assert text(group.find(NS + "legend")) == "Hvem søker?"
    assert group.get("aria-describedby") == "id_kind_helptext id_kind_error"


def test_only_optional_fields_are_marked():
    marked = [
        text(element)
        for element in draw(ProjectForm())
        if element.tag in (NS + "label", NS + "legend")
        and "(valgfritt)" in text(element)
    ]

    assert marked == ["Tema (valgfritt)", "Budsjett (valgfritt)"]


def test_a_form_of_filters_marks_nothing():
    form = ProjectForm()
    form.optional_marks = False

    assert "(valgfritt)" not in "".join(map(text, draw(form)))


def test_the_summary_has_every_error_in_order_and_links_to_its_field(invalid):
    elements = drawn("ds/error_summary.html", form=invalid)

    summary = next(element for element in elements if element.get("id") == "feil")
    links = [(link.get("href"), text(link)) for link in tagged(elements, "a")]
    assert summary.get("tabindex") == "-1"
    assert "autofocus" in summary.attrib
    assert summary.get("aria-live") is None
    assert text(tagged(elements, "h2")[0]).startswith("For å gå videre")
    assert links == [
        ("#id_name", "Fyll ut «Hva heter tiltaket?»."),
        ("#id_email", "Oppgi en gyldig e-postadresse"),
        ("#id_amount", "Skriv hele beløpet med vanlige tall, for eksempel 10 000."),
        ("#id_starts", "Datoen finnes ikke. Sjekk dag og måned."),
        ("#id_kind_0", "Velg et svar under «Hvem søker?»."),
        ("#id_area", "Velg et svar under «Område»."),
        ("#id_story", "Teksten under «Fortell» har 21 tegn. Den kan ha høyst 20."),
        ("#id_true", "Kryss av for «Alt er riktig»."),
    ]


def test_the_links_of_the_summary_lead_to_controls_with_the_same_words(invalid):
    links = tagged(drawn("ds/error_summary.html", form=invalid), "a")
    elements = {element.get("id"): element for element in draw(invalid)}

    for link in links:
        target = link.get("href").removeprefix("#")
        field = target.removesuffix("_0")
        assert elements[target].tag in (NS + "input", NS + "select", NS + "textarea")
        assert text(elements[f"{field}_error"]) == text(link)


def test_a_form_without_errors_has_no_summary():
    assert drawn("ds/error_summary.html", form=ProjectForm())[1:] == []


def test_what_is_too_long_is_not_cut_by_the_browser():
    elements = {element.get("id"): element for element in draw(ProjectForm())}

    story = elements["id_story"]
    assert story.get("maxlength") is None
    assert story.get("data-limit") == "20"
    assert story.get("aria-describedby") == "id_story_limit"
    assert text(elements["id_story_limit"]) == "Høyst 20 tegn"


def test_a_file_that_is_there_is_shown_and_may_be_removed():
    form = ProjectForm(initial={"budget": StoredBudget()})
    elements = draw(form)

    link = tagged(elements, "a")[0]
    removes = [e for e in elements if e.get("name") == "budget-clear"]
    assert (link.get("href"), text(link)) == ("/budsjett/", "budsjett.pdf")
    assert len(removes) == 1


def test_rows_of_a_formset_are_named_in_the_summary():
    data = {"r-TOTAL_FORMS": "2", "r-INITIAL_FORMS": "0"}
    data |= {
        "r-0-text": "Leie",
        "r-0-amount": "500",
        "r-1-text": "",
        "r-1-amount": "-5",
    }
    rows = forms.formset_factory(LineForm)(data, prefix="r")
    rows.forms[1].empty_permitted = False

    links = tagged(drawn("ds/error_summary.html", formset=rows), "a")

    assert [(link.get("href"), text(link)) for link in links] == [
        ("#id_r-1-text", "Linje 2: Fyll ut «Hva»."),
        (
            "#id_r-1-amount",
            "Linje 2: Beløpet kan ikke være mindre enn 0. Skriv det uten minustegn.",
        ),
    ]


def test_rows_stand_in_a_table_with_a_label_for_every_field():
    rows = forms.formset_factory(LineForm, extra=2)(prefix="r")

    elements = drawn("ds/table_inline_formset.html", formset=rows, caption="Utgifter")

    heads = [text(head) for head in tagged(elements, "th")]
    labels = [label.get("for") for label in tagged(elements, "label")]
    assert text(tagged(elements, "caption")[0]) == "Utgifter"
    assert heads == ["Hva", "Beløp"]
    assert labels == ["id_r-0-text", "id_r-0-amount", "id_r-1-text", "id_r-1-amount"]


def test_a_layout_gives_groups_and_buttons():
    form = ProjectForm()
    form.helper = FormHelper()
    form.helper.disable_csrf = True
    form.helper.layout = Layout(
        Fieldset("Tiltaket", "name", "amount"),
        Submit("next", "Neste"),
        Submit("later", "Lagre og fortsett senere", css_class="secondary"),
    )

    html = render_crispy_form(form)

    elements = list(html5lib.HTMLParser(strict=True).parseFragment(html).iter())
    buttons = [(text(b), b.get("data-variant")) for b in tagged(elements, "button")]
    assert [text(legend) for legend in tagged(elements, "legend")] == ["Tiltaket"]
    assert buttons == [("Neste", None), ("Lagre og fortsett senere", "secondary")]
    assert "novalidate" in tagged(elements, "form")[0].attrib

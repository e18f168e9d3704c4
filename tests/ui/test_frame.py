"""The frame around every page: it asks for no user, and a missing page helps."""

import re

import html5lib
import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

NS = "{http://www.w3.org/1999/xhtml}"


def page(template, path="/finnes-ikke/", **context):
    """A drawn page as text. The request has no user, session or messages to ask."""
    return render_to_string(template, context, request=RequestFactory().get(path))


@pytest.mark.parametrize(
    "template", ["400.html", "403.html", "403_csrf.html", "404.html"]
)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_error_pages_are_whole_valid_pages_in_each_language(template, language):
    with translation.override(language):
        html = page(template)

    document = html5lib.HTMLParser(strict=True).parse(html)
    assert document.get("lang") == language
    assert len(list(document.iter(NS + "h1"))) == 1
    assert len(list(document.iter(NS + "main"))) == 1


def test_the_page_for_our_own_faults_needs_nothing_but_its_template():
    html = render_to_string("500.html")

    document = html5lib.HTMLParser(strict=True).parse(html)
    links = {link.get("href") for link in document.iter(NS + "link")}
    assert links == {"/static/css/portal.css", "/static/favicon.svg"}
    assert "Feilen er vår, ikke din." in html


def test_a_page_has_no_script_or_style_of_its_own():
    html = page("404.html")

    assert re.findall(r"<style|style=|<script(?![^>]*\ssrc=)|\son\w+=", html) == []


def test_every_address_on_a_page_is_our_own():
    html = page("404.html")

    loaded = re.findall(r'(?:src|href|action)="(https?:)?//([^"]*)', html)
    site = {address.split("/")[0] for _scheme, address in loaded}
    assert site <= {"127.0.0.1:8000"}


def test_the_title_says_when_there_are_errors():
    assert "<title>Feil: Vi finner" in page("404.html", has_errors=True)
    assert "<title>Vi finner" in page("404.html")


def test_the_language_switch_keeps_the_page():
    html = page("404.html", path="/om/")

    switch = re.findall(r'href="([^"]+)" lang="(\w+)"', html)
    assert switch == [("/om/", "nb"), ("/nn/om/", "nn"), ("/en/om/", "en")]


def test_the_language_switch_of_a_missing_page_leads_to_the_front_page():
    switch = re.findall(r'href="([^"]+)" lang="(\w+)"', page("404.html"))

    assert switch == [("/", "nb"), ("/nn/", "nn"), ("/en/", "en")]


def test_the_menu_marks_where_the_page_stands():
    html = page("404.html", path="/om/")

    assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', html) == [
        ("/om/", "page")
    ]

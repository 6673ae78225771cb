"""What the site needs beyond Sphinx: formulas as MathML, alternative texts, glossary links."""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

GLOSSARY = "notebooks/glossary"  # the page of the terms
NOT_LINKED = (nodes.reference, nodes.literal, nodes.math, nodes.strong)


def inline_math(translator, node):
    """Write `$...$` as MathML, which browsers draw by themselves."""
    translator.body.append(mathml(node, "inline"))
    raise nodes.SkipNode


def display_math(translator, node):
    """Write `$$...$$` as MathML on a line of its own."""
    translator.body.append(mathml(node, "block"))
    raise nodes.SkipNode


def mathml(node, display):
    """Convert a formula; one with a slip is shown as it was written, and named."""
    try:
        return convert(node.astext().strip(), display=display)
    except Exception as error:  # the package has one for each kind of slip
        why = f"{type(error).__name__} in the formula {node.astext()}"
        logging.getLogger(__name__).warning(why, location=node)
        return f"<code>{escape(node.astext())}</code>"


def repair_alternatives(app, doctree):
    """Give each figure of a notebook its alternative text; MyST-NB puts the file's path there."""
    texts = json.loads(Path(app.srcdir, "alternatives.json").read_text(encoding="utf-8"))
    for image in doctree.findall(nodes.image):
        if "jupyter_execute" in image["uri"]:
            image["alt"] = texts.get(Path(image["uri"]).stem, "")


def terms_of(glossary):
    """Return {term: id} of a glossary, and give each row of its table that id."""
    terms = {}
    for row in glossary.findall(nodes.row):
        if row.parent.tagname == "tbody":
            term = row[0].astext()
            terms[term] = nodes.make_id(f"term-{term}")
            row["ids"] = [terms[term]]
    return terms


def link_terms(app, doctree, name):
    """Link the first use of each term in a lesson to the glossary."""
    if name == GLOSSARY:
        terms_of(doctree)
    if not re.fullmatch(r"notebooks/\d\w+", name):
        return
    terms = terms_of(app.env.get_doctree(GLOSSARY))
    page = app.builder.get_relative_uri(name, GLOSSARY)
    for paragraph in doctree.findall(nodes.paragraph):
        for text in list(paragraph.findall(nodes.Text)):
            if terms and not any(isinstance(each, NOT_LINKED) for each in above(text)):
                linked = with_links(text, terms, page)
                text.parent.replace(text, linked)


def above(node):
    """Yield the nodes that a node lies in."""
    while node.parent is not None:
        node = node.parent
        yield node


def with_links(text, terms, page):
    """Split a text at the first use of each term, which is taken out of `terms`."""
    parts, rest = [], str(text)
    while terms:
        longest_first = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
        found = re.search(rf"\b({longest_first})s?\b", rest, re.IGNORECASE)
        if not found:
            break
        term = next(term for term in terms if term.lower() == found[1].lower())
        target = f"{page}#{terms.pop(term)}"
        link = nodes.reference("", found[0], refuri=target, classes=["term"])
        parts += [nodes.Text(rest[: found.start()]), link]
        rest = rest[found.end() :]
    return [*parts, nodes.Text(rest)]


def setup(app):
    """Register all of it."""
    app.add_html_math_renderer("mathml", (inline_math, None), (display_math, None))
    app.connect("doctree-read", repair_alternatives)
    app.connect("doctree-resolved", link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""What the decks need beyond sphinx-revealjs: notes with paragraphs, code in colour, answers."""

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs._ext.notes import revealjs_notes
from sphinx_revealjs.writers import RevealjsSlideTranslator


class Translator(RevealjsSlideTranslator):
    """Write code with Sphinx's own colours, so that no script is needed."""

    visit_literal_block = HTML5Translator.visit_literal_block
    depart_literal_block = HTML5Translator.depart_literal_block


def open_notes(translator, node):
    """Begin the speaker's notes."""
    translator.body.append('<aside class="notes">')


def close_notes(translator, node):
    """End the speaker's notes."""
    translator.body.append("</aside>")


def reveal_answers(app, doctree):
    """Show a cell that is tagged `fragment`, or the output of one tagged `answer`, on a key."""
    for cell in doctree.findall(nodes.container):
        classes = cell["classes"]
        if "tag_fragment" in classes:
            classes.append("fragment")
        if "tag_answer" in classes:
            cell[-1]["classes"].append("fragment")


def setup(app):
    """Register all of it."""
    app.set_translator("revealjs", Translator, override=True)
    app.add_node(revealjs_notes, override=True, revealjs=(open_notes, close_notes))
    app.connect("doctree-read", reveal_answers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Turn an executed notebook into one HTML page that needs nothing from outside.

Formulas become MathML, which browsers draw by themselves; figures are inside the page with their
alternative text; there is no script.
"""

import re
from html import escape
from pathlib import Path

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

STYLE = Path(__file__).with_name("page.css")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


class MathMLRenderer(IPythonRenderer):
    """Markdown to HTML, with every formula as MathML."""

    def inline_math(self, body):
        """Render `$...$`; "$5 and $10" has a space before its second dollar and stays text."""
        if body != body.strip():
            return escape(f"${body}$")
        return convert(body)

    def block_html(self, html):
        """Leave HTML that opens here and closes later, such as a folded hint, as it is."""
        return super().block_html(html) if "<img" in html else html

    def block_math(self, body):
        """Render `$$...$$` on a line of its own."""
        return convert(body.strip(), display="block")


class PageExporter(HTMLExporter):
    """Nbconvert's plain HTML, with the renderer above."""

    @pass_context
    def markdown2html(self, context, source):
        """Render one Markdown cell."""
        renderer = MathMLRenderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            exclude_anchor_links=True,
        )
        linked = re.sub(
            r"\]\(([\w./]+)\.ipynb\)", r"](\1.html)", source
        )  # to the page of that lesson
        return MarkdownWithMath(renderer=renderer).render(linked)


def page(notebook, name, folder):
    """Return the notebook as one HTML page.

    Parameters
    ----------
    notebook : NotebookNode
        An executed notebook.
    name : str
        The title where the notebook has no first-level heading.
    folder : Path
        Where images that the text names are looked for.
    """
    exporter = PageExporter(template_name="basic", exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(notebook, {"metadata": {"path": str(folder)}})
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    colours = HtmlFormatter(style="xcode").get_style_defs(".highlight")
    return PAGE.format(
        title=escape(heading[1] if heading else name),
        style=colours + "\n" + STYLE.read_text(encoding="utf-8"),
        body=body,
    )

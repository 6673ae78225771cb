"""`make slides`: the decks of `notebooks/slides`, to present and as PDF to print, and a poster.

Sphinx and reveal.js (sphinx-revealjs) make them of copies of the notebooks and run nothing. Like
the site they work from disk and ask no other computer for anything.
"""

import json
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat

from helpers.files import write_text
from tools import course, site
from tools.slides import poster

HERE = Path(__file__).resolve().parent
SLIDES = course.ROOT / "build" / "slides"
WIDTH, HEIGHT = 1280, 720

REVEAL = {
    "width": WIDTH,
    "height": HEIGHT,
    "margin": 0,
    "maxScale": 4,
    "center": False,
    "display": "flex",
    "transition": "none",
    "hash": True,
    "slideNumber": "c/t",
    "navigationMode": "linear",  # the right arrow alone leads through every slide
    "pdfSeparateFragments": False,
    "pdfMaxPagesPerSlide": 1,
}
# The key D changes between dark and light, whatever the computer prefers.
DARK_OR_LIGHT = """{68: () => {
    const style = document.documentElement.style;
    const prefers = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    style.colorScheme = (style.colorScheme || prefers) === "dark" ? "light" : "dark";
}}"""

CONFIG = {
    "project": "AlexNet Notebooks",
    "language": "en",
    "extensions": [
        "myst_nb", "sphinx_revealjs", "tools.site.extension", "tools.slides.extension",
    ],
    "revealjs_html_theme": "revealjs-simple",  # the other one forbids to zoom
    "revealjs_static_path": [str(HERE / "theme.css")],
    "revealjs_style_theme": "theme.css",
    "revealjs_css_files": ["pygments.css"],
    "revealjs_use_section_ids": True,
    "revealjs_script_conf": f"{{...{json.dumps(REVEAL)}, keyboard: {DARK_OR_LIGHT}}}",
    "revealjs_script_plugins": [{"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"}],
    "pygments_style": "a11y-high-contrast-light",
    "html_copy_source": False,
    "html_math_renderer": "mathml",
    "nb_execution_mode": "off",
    "nb_merge_streams": True,
    "nb_mime_priority_overrides": [
        ("revealjs", kind, place) for place, kind in enumerate(("image/png", "image/jpeg"))
    ],
    "myst_enable_extensions": ["dollarmath", "attrs_inline", "attrs_block"],
}  # fmt: skip


def title_of(path):
    """Return the title of a notebook: its first heading."""
    cells = nbformat.read(path, as_version=4).cells
    lines = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").splitlines()
    return next((line[2:] for line in lines if line.startswith("# ")), path.stem)


def lay_out(source, decks, pdf):
    """Lay out what Sphinx reads: the decks and a first page that leads to them."""
    alternatives, lines = {}, []
    for path in decks:
        alternatives |= site.copy_notebook(path, source / path.name)
        print_it = f', <a href="{path.stem}.pdf">as PDF</a>' if pdf else ""
        lines.append(f'- <a href="{path.stem}.html">{title_of(path)}</a>{print_it}')
    write_text(source / "alternatives.json", json.dumps(alternatives))
    index = (HERE / "index.md").read_text(encoding="utf-8")
    contents = site.toctree([path.stem for path in decks], hidden=True)
    write_text(source / "index.md", index.replace("DECKS", "\n".join(lines)) + "\n" + contents)


def build(notebooks=course.NOTEBOOKS, target=SLIDES, pdf=None):
    """Build the decks; return the path of the page that lists them.

    Parameters
    ----------
    notebooks : Path
        The folder whose folder ``slides`` holds the decks.
    target : Path
    pdf : bool, optional
        Whether to print each deck as well; by default where a browser is found.

    Raises
    ------
    FileExistsError
        If something else lies at the target.
    ValueError
        If a deck is no notebook.
    SystemExit
        If Sphinx finds a fault; it has named it.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace  # so that one may be built after another

    target, decks = Path(target).resolve(), course.decks(notebooks)
    if target.exists() and not (target / ".buildinfo").exists():
        raise FileExistsError(f"{target} holds no decks of the course: remove it, or name another")
    target.parent.mkdir(parents=True, exist_ok=True)
    pdf = find_browser() is not None if pdf is None else pdf
    new = tempfile.TemporaryDirectory(prefix="new-", dir=target.parent)
    with new as beside, docutils_namespace():
        source, made = Path(beside, "source"), Path(beside, "slides")
        lay_out(source, decks, pdf)
        app = Sphinx(
            source, None, made, Path(beside, "doctrees"), "revealjs",
            confoverrides=CONFIG, status=None, warning=sys.stderr, freshenv=True,
        )  # fmt: skip
        app.build()
        if app.statuscode:
            raise SystemExit("The slides were not built; what is wrong stands above.")
        for page in made.glob("*.html"):  # reveal.js gives the whole deck a role of its own
            write_text(page, page.read_text(encoding="utf-8").replace(' role="main"', "", 1))
        if pdf:
            with browser() as one:
                for path in decks:
                    print_deck(one, made / f"{path.stem}.html")
        poster.save(made)
        if target.exists():
            target.rename(Path(beside, "old"))
        made.rename(target)
    return target / "index.html"


def find_browser():
    """Return the path of a browser that prints, None where there is none."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return None
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def browser():
    """Start the browser, without a window and without a network."""
    from playwright.sync_api import sync_playwright

    options = {"executable_path": find_browser(), "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as one:
        yield one


def print_deck(one, page):
    """Print a deck beside its page, one slide a sheet, with all fragments shown."""
    with one.new_context(offline=True, color_scheme="light") as context:
        tab = context.new_page()
        tab.goto(page.as_uri() + "?print-pdf")
        tab.wait_for_selector(".pdf-page")
        size = {"width": f"{WIDTH}px", "height": f"{HEIGHT}px"}
        tab.pdf(path=page.with_suffix(".pdf"), print_background=True, **size)

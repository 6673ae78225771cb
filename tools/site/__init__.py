"""`make site`: the lessons, their solutions and the rest of the course as pages to read.

Sphinx builds them from copies of the notebooks, stored or just executed; it runs nothing. The
pages work from disk and below any address, and ask no other computer for anything.
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
from base64 import b64decode
from importlib import import_module
from pathlib import Path

import nbformat

import helpers
from helpers.files import write_text
from tools import cloud, course

HERE = Path(__file__).resolve().parent
SITE = course.ROOT / "build" / "site"

GLOSSARY, RESULTS, GUIDE = "notebooks/glossary", "results/README", "notebooks/instructors"
PAGES = {
    "lessons": "Lessons",
    "solutions": "Solutions",
    "api": "The helpers",
}

CONFIG = {
    "project": "AlexNet Notebooks",
    "html_title": "AlexNet Notebooks",
    "language": "en",
    "extensions": [
        "myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx_copybutton", "tools.site.extension",
    ],
    "html_theme": "pydata_sphinx_theme",
    "html_static_path": [str(HERE / "style.css")],
    "html_css_files": ["style.css"],
    "html_theme_options": {
        "footer_start": ["copyright"], "footer_end": [], "show_toc_level": 2,
        "navigation_with_keys": False, "secondary_sidebar_items": ["page-toc"],
        "pygments_light_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
    },
    "copyright": "The AlexNet Notebooks authors. Code MIT, text and drawn images CC BY 4.0",
    "html_context": {"default_mode": "auto"},
    "html_sidebars": {"index": [], GLOSSARY: [], RESULTS: [], GUIDE: []},
    "html_show_sphinx": False,
    "html_show_sourcelink": False,
    "html_copy_source": False,
    "html_use_index": False,
    "html_domain_indices": False,
    "html_show_search_summary": False,  # it would fetch pages, which does not work from disk
    "html_math_renderer": "mathml",
    "nb_execution_mode": "off",
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath", "attrs_inline"],
    "myst_dmath_allow_space": False,  # $5 and $10 are money
    "myst_heading_anchors": 3,
    "numpydoc_show_class_members": False,
    "autodoc_member_order": "bysource",
    "exclude_patterns": ["_build"],
}  # fmt: skip


def modules():
    """Return the names of the helpers' modules, in the order of their package's docstring."""
    headings = re.findall(r"^`.+`$", helpers.__doc__, re.MULTILINE)
    return re.findall(r"`(\w+)`", "\n".join(headings))


def places(name, lesson):
    """Return the line that says where a lesson can be run with one click."""
    links = cloud.links(name, lesson).items()
    return "**Run it.** " + " · ".join(f"[{title}]({address})" for title, address in links)


def toctree(entries, hidden=False):
    """Return a table of contents in MyST."""
    options = [":maxdepth: 1", *[":hidden:"] * hidden]
    return "\n".join(["```{toctree}", *options, "", *entries, "```", ""])


def readme_table(readme, head):
    """Return the table of README whose first column has this head."""
    return re.search(rf"^\| {head} .+?\n\n", readme, re.MULTILINE | re.DOTALL)[0].strip()


def modules_table():
    """Return a table of the helpers' modules with the first line of each docstring."""
    lines = ["| module | what it holds |", "|---|---|"]
    for name in modules():
        purpose = import_module(f"helpers.{name}").__doc__.splitlines()[0]
        lines.append(f"| [{name}](api/{name}.md) | {purpose} |")
    return "\n".join(lines)


def lay_out(source, notebooks):
    """Lay out what Sphinx reads: lessons from one folder, everything else from the course."""
    lessons, solutions = course.lessons(notebooks), course.solutions(course.NOTEBOOKS)
    repository, alternatives = cloud.repository(), {}
    for path in lessons:
        line = repository and places(repository, path.stem)
        alternatives |= copy_notebook(path, source / "notebooks" / path.name, line)
    for path in solutions:
        alternatives |= copy_notebook(path, source / "notebooks/solutions" / path.name)
    (source / "alternatives.json").write_text(json.dumps(alternatives), encoding="utf-8")
    for name in (".github/images", "results/plots"):
        shutil.copytree(course.ROOT / name, source / name.removeprefix(".github/"))
    for name in (GLOSSARY, GUIDE):
        shutil.copyfile(course.ROOT / f"{name}.md", source / f"{name}.md")
    readme, text = (read(course.ROOT / name) for name in ("README.md", f"{RESULTS}.md"))
    text = text.replace("[the course's README](../README.md#", "[the first page](../index.md#")
    write_text(source / f"{RESULTS}.md", text)

    index = read(HERE / "index.md")
    for marker, head in (("LESSONS", "lesson"), ("RUNS", "run")):
        index = index.replace(marker, readme_table(readme, head))
    line = places(repository, lessons[0].stem) if repository and lessons else ""
    contents = ["lessons", "solutions", GLOSSARY, GUIDE, RESULTS, "api"]
    index = index.replace("PLACES", line) + "\n" + toctree(contents, hidden=True)
    write_text(source / "index.md", index)
    entries = {
        "lessons": [f"notebooks/{path.stem}" for path in lessons],
        "solutions": [f"notebooks/solutions/{path.stem}" for path in solutions],
        "api": [f"api/{module}" for module in modules()],
    }
    tables = {"lessons": readme_table(readme, "lesson"), "api": modules_table()}
    for page, title in PAGES.items():
        contents = toctree(entries[page], hidden=page in tables)
        write_text(source / f"{page}.md", f"# {title}\n\n{tables.get(page, '')}\n\n{contents}")
    for module in modules():
        package = Path(helpers.__file__).parent / module
        parts = [f"{module}.{path.stem}" for path in sorted(package.glob("[a-z]*.py"))] or [module]
        lines = [f"# {module}", "", "```{eval-rst}"]
        for part in parts:
            lines += [f".. automodule:: helpers.{part}", "   :members:", "   :exclude-members: set"]
            lines.append("")
        write_text(source / f"api/{module}.md", "\n".join([*lines, "```", ""]))


def read(path):
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


def copy_notebook(path, target, line=None):
    """Copy a notebook, with a line below its title; return its alternative texts.

    Raises
    ------
    ValueError
        If it is no notebook; the message names it.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        texts = alternative_texts(notebook)
    except Exception as error:  # of JSON, of nbformat, of base64
        raise ValueError(f"{path} is no notebook: {error!s:.200}") from None
    for number, cell in enumerate(notebook.cells):
        for name, kinds in cell.get("attachments", {}).items():  # pasted pictures
            file = f"{path.stem}-{number}-{name}"
            (target.parent / file).parent.mkdir(parents=True, exist_ok=True)
            (target.parent / file).write_bytes(b64decode(next(iter(kinds.values()))))
            cell.source = cell.source.replace(f"(attachment:{name})", f"({file})")
    if line:
        titles = [cell.source.startswith("# ") for cell in notebook.cells]
        place = titles.index(True) + 1 if True in titles else 0
        notebook.cells.insert(place, nbformat.v4.new_markdown_cell(line))
    write_text(target, nbformat.writes(notebook) + "\n")
    return texts


def alternative_texts(notebook):
    """Return the alternative text of each stored figure by the SHA-256 of its bytes."""
    texts = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for kind, content in output.get("data", {}).items():
                if kind in ("image/png", "image/jpeg"):
                    name = hashlib.sha256(b64decode(content)).hexdigest()
                    texts[name] = output.get("metadata", {}).get(kind, {}).get("alt", "")
    return texts


def build(notebooks=course.NOTEBOOKS, target=SITE):
    """Build the site from the lessons in a folder; return the path of its first page.

    Raises
    ------
    FileExistsError
        If something else lies at the target.
    ValueError
        If a notebook is none, or the repository's name is none.
    SystemExit
        If Sphinx finds a fault; it has named it.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace  # so that one may be built after another

    target = Path(target).resolve()
    if target.exists() and not (target / ".buildinfo").exists():
        raise FileExistsError(f"{target} is no site of the course: remove it, or name another")
    target.parent.mkdir(parents=True, exist_ok=True)
    new = tempfile.TemporaryDirectory(prefix="new-", dir=target.parent)
    with new as beside, docutils_namespace():
        source, made = Path(beside, "source"), Path(beside, "site")
        lay_out(source, notebooks)
        app = Sphinx(
            source, None, made, Path(beside, "doctrees"), "html",
            confoverrides=CONFIG, status=None, warning=sys.stderr, freshenv=True,
        )  # fmt: skip
        app.build()
        if app.statuscode:
            raise SystemExit("The site was not built; what is wrong stands above.")
        if target.exists():
            target.rename(Path(beside, "old"))
        made.rename(target)
    return target / "index.html"

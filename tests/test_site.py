"""The site: whole, without a request to elsewhere, and usable by everybody in a real browser."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest

from tools import course, site

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
browser_needed = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed: on Debian, apt-get install chromium"
)
LESSONS = [f"notebooks/{path.stem}.html" for path in course.lessons()]
FIRST = ["index.html", "lessons.html", *LESSONS, "notebooks/glossary.html",
         "notebooks/instructors.html", "results/README.html", "api/shapes.html",
         "notebooks/solutions/02_conv_output_size.html"]  # fmt: skip


class Page(HTMLParser):
    """What a page holds: tags with their attributes, and identifiers."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.ids = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.ids |= {attributes.get("id"), attributes.get("name")}

    def values(self, tag, name):
        return [given[name] for each, given in self.tags if each == tag and given.get(name)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site from the stored notebooks, built once, and what Sphinx complained of."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("REPO", raising=False)
        patched.delenv("GITHUB_REPOSITORY", raising=False)
        said = folder / "warnings"
        with said.open("w") as stream:
            patched.setattr(site.sys, "stderr", stream)
            index = site.build(target=folder / "site")
        assert index == folder / "site" / "index.html"
    return index.parent, said.read_text()


@pytest.fixture(scope="module")
def pages(built):
    """Each page by its path within the site."""
    root = built[0]
    return {path.relative_to(root).as_posix(): Page(path) for path in root.rglob("*.html")}


def test_nothing_is_complained_of(built):
    assert built[1] == ""
    assert [path.name for path in built[0].parent.glob("new-*")] == []


def test_every_link_and_anchor_resolves(built, pages):
    root, broken = built[0], []
    for name, page in pages.items():
        for address in page.values("a", "href"):
            target, anchor = urldefrag(address)
            if urlsplit(target).scheme:
                continue
            path = (root / name).parent / unquote(target) if target else root / name
            found = pages.get(path.resolve().relative_to(root.resolve()).as_posix())
            if not path.exists() or (anchor and found and anchor not in found.ids):
                broken.append((name, address))
    assert not broken


def test_every_lesson_leads_to_the_next(pages):
    for before, after in zip(LESSONS, LESSONS[1:]):
        following = [a for tag, a in pages[before].tags if tag == "a" and "right-next" in str(a)]
        assert [Path(link["href"]).name for link in following] == [Path(after).name]


def test_no_page_asks_another_computer_for_anything(pages):
    for name, page in pages.items():
        asked = page.values("script", "src") + page.values("img", "src")
        asked += [a["href"] for tag, a in page.tags if tag == "link" and "href" in a]
        assert not [each for each in asked if urlsplit(each).netloc], name


def test_every_figure_keeps_its_alternative_text(pages):
    for path in course.lessons() + course.solutions():
        notebook = nbformat.read(path, as_version=4)
        wanted = list(site.alternative_texts(notebook).values())
        name = path.relative_to(course.ROOT).with_suffix(".html").as_posix()
        found = pages[name].values("img", "alt")
        assert sorted(found) == sorted(wanted)
    for name, page in pages.items():
        for tag, attributes in page.tags:
            if tag == "img":
                assert len(attributes.get("alt", "").split()) > 2, name


def test_a_lesson_is_quick_to_fetch(built, pages):
    for name in LESSONS:
        path = built[0] / name
        figures = {path.parent / source for source in pages[name].values("img", "src")}
        assert sum(each.stat().st_size for each in {path, *figures}) < 2e6, name


def test_formulas_are_mathml_and_nobody_advertises(built):
    html = (built[0] / LESSONS[1]).read_text(encoding="utf-8")
    assert html.count("<math") > 10 and r"\frac" not in html
    assert not re.search(r"<script[^>]+mathjax", html, re.IGNORECASE)
    footers = " ".join(re.findall(r"<footer.+?</footer>", html, re.DOTALL))
    assert "MIT" in footers
    assert not re.search("sphinx|pydata", re.sub("<[^>]+>", "", footers), re.IGNORECASE)


def test_the_answer_to_a_guess_is_folded(built):
    for path in course.lessons():
        cells = nbformat.read(path, as_version=4).cells
        tagged = sum("hide-output" in cell.metadata.get("tags", ()) for cell in cells)
        name = path.relative_to(course.ROOT).with_suffix(".html")
        html = (built[0] / name).read_text(encoding="utf-8")
        assert len(re.findall(r'<details class="[^"]*\bhide\b', html)) == tagged
    assert any("hide-output" in path.read_text(encoding="utf-8") for path in course.lessons())


def test_the_first_use_of_a_term_leads_to_the_glossary(built, pages):
    terms = pages["notebooks/glossary.html"].ids
    for name in LESSONS:
        html = (built[0] / name).read_text(encoding="utf-8")
        linked = re.findall(r'<a class="term[^"]*" href="glossary.html#([\w-]+)"', html)
        assert len(linked) == len(set(linked)) > 5 and set(linked) <= terms


def test_what_markdown_and_notebooks_hold_arrives(tmp_path, monkeypatch, capsys):
    """Folded text, money, a lesson that stopped, a pasted picture, slips in a formula."""
    v4, folder = nbformat.v4, tmp_path / "lessons"
    folder.mkdir()
    text = (
        "<details><summary>Hint</summary>\n\nUse *both* of $a^2$.\n\n</details>\n\n$5 and $10.\n\n"
        "![pasted](attachment:p.png) [a link *optimizer* here](https://y.org) $a^$\n"
    )
    figure = v4.new_output("display_data", {"image/png": PIXEL, "text/plain": "<Figure>"})
    error = v4.new_output("error", ename="ValueError", evalue="n is 3", traceback=["n is 3"])
    cells = [v4.new_code_cell("1"), v4.new_markdown_cell("# One"), v4.new_markdown_cell(text)]
    cells[2]["attachments"] = {"p.png": {"image/png": PIXEL}}
    cells += [v4.new_code_cell("f()", outputs=[output]) for output in (figure, error)]
    nbformat.write(v4.new_notebook(cells=cells), folder / "01_one.ipynb")
    monkeypatch.setattr(site, "modules", list)
    monkeypatch.setenv("REPO", "someone/course")
    monkeypatch.setattr(site.cloud, "version", lambda: "v9")
    page = site.build(folder, tmp_path / "site").with_name("notebooks") / "01_one.html"
    html = page.read_text(encoding="utf-8")
    assert re.search(r"<details><summary>Hint</summary>\s*<p>Use <em>both</em> of <math", html)
    assert "$5 and $10." in html and "n is 3" in re.sub("<[^>]+>", "", html)
    assert "<code>a^</code>" in html and "in the formula a^" in capsys.readouterr().err
    assert ">a link <em>optimizer</em> here</a>" in html
    assert html.index("Open in Colab") > html.index("<h1>One")
    images = [given for tag, given in Page(page).tags if tag == "img"]
    assert [given["alt"] for given in images] == ["pasted", ""]
    assert all((page.parent / given["src"]).exists() for given in images)


def test_nothing_but_a_site_is_ever_replaced_and_what_is_no_notebook_is_named(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(site, "modules", list)
    monkeypatch.delenv("REPO", raising=False)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").touch()
    for target in (mine, mine / "thesis.txt"):
        with pytest.raises(FileExistsError, match="is no site of the course"):
            site.build(target=target)
    (mine / "01_a.ipynb").write_text("not json")
    with pytest.raises(ValueError, match=r"01_a.ipynb is no notebook"):
        site.build(mine, tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]
    nbformat.write(nbformat.v4.new_notebook(), mine / "01_a.ipynb")  # an empty one, twice
    for _ in range(2):
        assert site.build(mine, tmp_path / "site").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "site"]


def test_with_a_repository_each_lesson_says_where_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("REPO", "someone/course")
    monkeypatch.setattr(site.cloud, "version", lambda: "v9")
    site.lay_out(tmp_path / "source", course.NOTEBOOKS)
    for path in [tmp_path / "source/index.md", *course.lessons(tmp_path / "source/notebooks")]:
        links = re.findall(
            r"\[(Open in \w+)\]\(https://\S+?someone/course", path.read_text("utf-8")
        )
        assert len(links) == 3, path


PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


# In a browser, with the network off


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    options = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as one:
        yield one


@pytest.fixture
def open_page(browser, built):
    """Return a function that opens a page from disk; at the end nothing may have gone wrong."""
    problems, contexts = [], []

    def opened(name, query=""):
        viewport = {"width": 1280, "height": 900}
        contexts.append(browser.new_context(viewport=viewport, offline=True))
        page = contexts[-1].new_page()
        page.on("console", lambda told: told.type == "error" and problems.append(told.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto((built[0] / name).as_uri() + query)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not problems


def every_page():
    """The pages that are always tried, and the others, which are tried by make test-all."""
    others = [f"notebooks/solutions/{path.stem}.html" for path in course.solutions()]
    others += [f"api/{name}.html" for name in site.modules()] + ["solutions.html", "api.html"]
    return FIRST + [
        pytest.param(name, marks=pytest.mark.slow) for name in others if name not in FIRST
    ]


@browser_needed
@pytest.mark.parametrize("name", every_page())
def test_a_page_fits_a_phone_and_has_no_fault_that_axe_knows(open_page, name):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(name)
    page.add_style_tag(content="* { transition: none !important }")  # colours change at once
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("to => document.documentElement.dataset.theme === to", arg=scheme)
        found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
        faults = found.response["violations"]
        assert not [(each["id"], each["nodes"][0]["html"][:300]) for each in faults], scheme
    page.set_viewport_size({"width": 360, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@browser_needed
def test_the_search_finds_a_term(open_page):
    page = open_page("search.html", query="?q=receptive+field")
    page.wait_for_selector("#search-results li")
    found = page.locator("#search-results li a").evaluate_all("links => links.map(a => a.href)")
    assert any("02_conv_output_size" in address for address in found)


@browser_needed
def test_formulas_are_typeset(open_page):
    page = open_page(LESSONS[1])
    boxes = page.locator("math").evaluate_all(
        "all => all.map(m => m.getBoundingClientRect()).map(b => [b.width, b.height])"
    )
    assert len(boxes) > 10 and all(width > 3 and height > 5 for width, height in boxes)
    fraction = page.locator("mfrac").first.evaluate("f => f.getBoundingClientRect().height")
    assert fraction > 20  # numerator above denominator


@browser_needed
def test_a_folded_answer_opens(open_page):
    folded = [path for path in course.lessons() if "hide-output" in path.read_text("utf-8")][0]
    page = open_page(f"notebooks/{folded.stem}.html")
    answer = page.locator("details.hide").first
    assert not answer.locator(".cell_output").is_visible()
    answer.locator("summary").click()
    assert answer.locator(".cell_output").is_visible()

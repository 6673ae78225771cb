"""The decks: whole, within the edges of every slide, and usable in a real browser from disk."""

import io
import re
import shutil
from urllib.parse import urlsplit

import nbformat
import pytest
from matplotlib.text import Text
from test_site import Page

from helpers import models
from tools import course, site, slides
from tools.slides import poster

browser_needed = pytest.mark.skipif(
    slides.find_browser() is None, reason="no Chromium is installed, or no Playwright"
)
DECKS = [path.stem for path in course.decks()]
each_deck = pytest.mark.parametrize("deck", DECKS)
# How many slides, from and to, and how many minutes, from and to.
LENGTHS = {"alexnet_in_20_minutes": (12, 15, 18, 20), "the_lecture": (50, 60, 75, 85)}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The decks, built once with their PDFs where a browser is, and what Sphinx complained of."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patched:
        said = folder / "warnings"
        with said.open("w") as stream:
            patched.setattr(slides.sys, "stderr", stream)
            index = slides.build(target=folder / "slides")
    assert index == folder / "slides" / "index.html"
    return index.parent, said.read_text()


def html_of(built, deck):
    return (built[0] / f"{deck}.html").read_text(encoding="utf-8")


def each_slide(deck):
    """Yield each slide of a stored deck: its text, its notes and its code cells."""
    text, notes, cells = "", "", []
    for cell in nbformat.read(course.NOTEBOOKS / "slides" / f"{deck}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            cells.append(cell)
            continue
        if text and re.match("#{1,3} ", cell.source):
            yield text, notes, cells
            text, notes, cells = "", "", []
        parts = re.split(r"```\{revealjs-notes\}\n(.+?)\n```", cell.source, flags=re.DOTALL)
        text += "\n".join(parts[::2])
        notes += "\n".join(parts[1::2])
    yield text, notes, cells


def minutes(notes):
    """Return what a slide's notes say first: how long it takes."""
    return float(re.match(r"(\d+|Half a) minute", notes)[1].replace("Half a", "0.5"))


def test_nothing_is_complained_of_and_the_first_page_leads_to_every_deck(built):
    assert built[1] == ""
    assert [path.name for path in built[0].parent.glob("new-*")] == []
    links = Page(built[0] / "index.html").values("a", "href")
    assert {f"{deck}.html" for deck in DECKS} <= set(links)
    assert all((built[0] / link).exists() for link in links)


@each_deck
def test_no_deck_asks_another_computer_for_anything(built, deck):
    page = Page(built[0] / f"{deck}.html")
    asked = page.values("script", "src") + page.values("img", "src")
    asked += [given["href"] for tag, given in page.tags if tag == "link" and "href" in given]
    assert asked and not [each for each in asked if urlsplit(each).netloc]
    theme = (built[0] / "_static" / "theme.css").read_text(encoding="utf-8")
    assert "url(" not in theme and "@import" not in theme


@each_deck
def test_every_figure_keeps_its_alternative_text(built, deck):
    notebook = nbformat.read(course.NOTEBOOKS / "slides" / f"{deck}.ipynb", as_version=4)
    wanted = site.alternative_texts(notebook).values()
    found = Page(built[0] / f"{deck}.html").values("img", "alt")
    assert set(found) == set(wanted) and all(len(text.split()) > 2 for text in found)


@each_deck
def test_a_slide_has_notes_and_is_short(deck):
    for text, notes, cells in each_slide(deck):
        assert minutes(notes) <= 3 and len(notes.split()) > 20, text
        shown = [cell for cell in cells if "remove-input" not in cell.metadata.get("tags", ())]
        figure = any("image/" in str(cell.outputs) for cell in cells)
        body = text.partition("\n")[2]  # without the title
        words = re.findall(r"\w[^\s|]*", body)
        assert len(words) <= (25 if figure else 60), text
        for cell in shown:
            lines = cell.source.splitlines()
            assert len(lines) <= 12 and max(map(len, lines)) <= 74, cell.source


@pytest.mark.parametrize(("deck", "wanted"), LENGTHS.items())
def test_a_deck_fills_its_time(deck, wanted):
    fewest, most, shortest, longest = wanted
    times = [minutes(notes) for _, notes, _ in each_slide(deck)]
    assert fewest <= len(times) <= most
    assert shortest <= sum(times) <= longest


@each_deck
def test_a_deck_never_trains(deck):
    for _, _, cells in each_slide(deck):
        for cell in cells:
            assert not re.search(r"\.fit\(|train_on_batch|load_or_train|training\.", cell.source)


def test_nothing_but_decks_is_ever_replaced_and_what_is_no_notebook_is_named(tmp_path):
    mine = tmp_path / "mine"
    (mine / "slides").mkdir(parents=True)
    with pytest.raises(FileExistsError, match="holds no decks"):
        slides.build(target=mine)
    (mine / "slides" / "a.ipynb").write_text("not json")
    with pytest.raises(ValueError, match=r"a.ipynb is no notebook"):
        slides.build(mine, tmp_path / "slides", pdf=False)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    cells = [nbformat.v4.new_markdown_cell("# Mine\n\n```{revealjs-notes}\nOne.\n\nTwo.\n```")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), mine / "slides" / "a.ipynb")
    for _ in range(2):
        index = slides.build(mine, tmp_path / "slides", pdf=False)
    assert "Mine</a>" in index.read_text("utf-8") and "a.pdf" not in index.read_text("utf-8")
    html = index.with_name("a.html").read_text(encoding="utf-8")
    assert re.search(r'<aside class="notes"><p>One.</p>\s*<p>Two.</p>\s*</aside>', html)


def test_without_a_browser_there_are_pages_and_no_pdf(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert slides.find_browser() is None


# In a browser, with the network off

OUTSIDE = """() => {
    const slide = Reveal.getCurrentSlide();
    const edge = document.querySelector(".reveal .slides").getBoundingClientRect();
    const parts = [...slide.querySelectorAll(":not(aside, aside *)")];
    const out = parts.filter(part => {
        const box = part.getBoundingClientRect();
        const cut = part.scrollWidth > part.clientWidth + 1 &&
            getComputedStyle(part).overflowX !== "visible";
        return cut || box.width && (box.right > edge.right + 1 || box.bottom > edge.bottom + 1 ||
            box.left < edge.left - 1 || box.top < edge.top - 1);
    });
    return out.map(part => part.outerHTML.slice(0, 200));
}"""
ON_EACH_OTHER = """() => {
    const parts = [...Reveal.getCurrentSlide().children].filter(part => part.tagName !== "ASIDE");
    const boxes = parts.map(part => part.getBoundingClientRect());
    return boxes.some((a, i) => boxes.some((b, k) => i < k && a.left < b.right - 1 &&
        b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}"""
SMALLEST = """() => {
    const images = [...Reveal.getCurrentSlide().querySelectorAll("img")];
    const boxes = images.map(image => [image, image.getBoundingClientRect()]);
    return Math.min(9, ...boxes.map(([image, box]) =>
        Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight)));
}"""
ALL_FRAGMENTS = "() => { while (Reveal.availableFragments().next) Reveal.nextFragment(); }"


@pytest.fixture(scope="module")
def browser():
    with slides.browser() as one:
        yield one


@pytest.fixture
def open_deck(browser, built):
    """Return a function that opens a deck from disk; at the end nothing may have gone wrong."""
    problems, contexts = [], []

    def opened(deck, **options):
        viewport = {"width": slides.WIDTH, "height": slides.HEIGHT}
        contexts.append(browser.new_context(viewport=viewport, offline=True, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda told: told.type == "error" and problems.append(told.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto((built[0] / f"{deck}.html").as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not problems


@browser_needed
@each_deck
def test_keys_lead_forwards_and_back(open_deck, deck):
    page = open_deck(deck)
    count = page.evaluate("Reveal.getTotalSlides()")
    assert count == len(list(each_slide(deck)))
    pressed = 0
    while not page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
        page.keyboard.press("ArrowRight")
        pressed += 1
        assert pressed < 4 * count
    assert pressed >= count - 1
    for _ in range(pressed):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate("Reveal.isFirstSlide()")


@browser_needed
@each_deck
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_slide_overflows_and_axe_finds_no_fault(open_deck, deck, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page, faults = open_deck(deck, color_scheme=scheme), []
    options = {"preload": False, "resultTypes": ["violations"]}
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(ALL_FRAGMENTS)
        title = f"{number + 1}: " + page.evaluate("Reveal.getCurrentSlide().innerText")[:40]
        faults += [(title, "outside", each) for each in page.evaluate(OUTSIDE)]
        if page.evaluate(ON_EACH_OTHER):
            faults.append((title, "one part lies on another"))
        if page.evaluate(SMALLEST) < 0.55:  # letters of 15 points stay above 11 pixels of 720
            faults.append((title, "figure too small", page.evaluate(SMALLEST)))
        found = Axe().run(page, options=options).response["violations"]
        faults += [(title, each["id"], each["nodes"][0]["html"][:200]) for each in found]
        page.evaluate("Reveal.next()")
    assert not faults, faults


@browser_needed
def test_a_key_changes_between_dark_and_light(open_deck):
    page = open_deck(DECKS[0], color_scheme="light")
    colour = "getComputedStyle(document.querySelector('.reveal-viewport')).backgroundColor"
    seen = [page.evaluate(colour)]
    for _ in range(2):
        page.keyboard.press("d")
        seen.append(page.evaluate(colour))
    assert seen[0] == seen[2] == "rgb(255, 255, 255)" != seen[1]


@browser_needed
def test_an_answer_appears_with_the_next_key(open_deck):
    page = open_deck(DECKS[0])
    page.evaluate("Reveal.slide(4)")
    answer = page.locator("section.present .cell.fragment")
    opacity = "one => getComputedStyle(one).opacity"
    assert answer.evaluate(opacity) == "0"
    page.keyboard.press("ArrowRight")
    assert answer.evaluate(opacity) == "1" and "55" in answer.inner_text()


@browser_needed
def test_the_speaker_view_shows_the_notes(open_deck):
    page = open_deck(DECKS[0])
    with page.context.expect_page() as opening:
        page.keyboard.press("s")
    view = opening.value
    view.wait_for_function("document.querySelector('.speaker-controls-notes .value').innerText")
    first = next(each_slide(DECKS[0]))[1]
    assert minutes(view.locator(".speaker-controls-notes .value").inner_text()) == minutes(first)


@browser_needed
@each_deck
def test_the_pdf_has_a_page_for_each_slide(built, deck):
    pdf = (built[0] / f"{deck}.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == len(list(each_slide(deck)))
    boxes = set(re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf))
    assert boxes == {b"0 0 960 540"}  # points, four to three pixels


# The poster


def test_the_poster_is_a_sheet_of_a2_that_can_be_read_from_two_metres(built):
    svg = (built[0] / "poster.svg").read_text(encoding="utf-8")
    sheet = (594 / 25.4 * 72, 420 / 25.4 * 72)
    sides = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg, re.DOTALL)
    assert [float(side) for side in sides.groups()] == pytest.approx(sheet, abs=0.1)
    pdf = (built[0] / "poster.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert [float(side) for side in box.groups()] == pytest.approx(sheet, abs=0.1)
    fig = poster.draw()
    fig.savefig(io.BytesIO(), dpi=fig.dpi)
    texts = [text for text in fig.findobj(Text) if text.get_text() and text.get_visible()]
    texts = [text for text in texts if text.get_window_extent().width > 1]
    assert min(text.get_fontsize() for text in texts) >= 17  # capitals of 4.4 millimetres
    boxes = [text.get_window_extent() for text in texts]
    edges = fig.bbox.padded(-0.3 * fig.dpi)  # what printers leave white
    assert all(edges.contains(*corner) for box in boxes for corner in (box.min, box.max))
    for number, one in enumerate(boxes):
        assert not [other for other in boxes[number + 1 :] if one.overlaps(other)]


def test_the_poster_says_what_the_lessons_count():
    model = models.alexnet()
    fields = {"conv0": 11, "max0": 19, "conv1": 51, "max1": 67, "conv2": 99, "conv3": 131,
              "conv4": 163, "max2": 195}  # fmt: skip
    assert poster.receptive_fields(model) == fields
    written = "\n".join(text.get_text() for text in poster.draw(model).findobj(Text))
    for fact in ("448 M MACs", "sees 163 px", "37.8 M", "stride 4", "11×11", "55×55", "= 55"):
        assert fact in written

"""The gallery: every explorer of the book, with picture, task and link; guides link to each one alone."""

from __future__ import annotations

import re


def test_every_explorer_is_in_the_gallery_with_picture_task_and_link(site, page_paths, visit, address):
    there = {
        f"{path}#explorer-{name}"
        for path in page_paths
        for name in re.findall(r'data-explorer="([^"]+)"', (site / path).read_text(encoding="utf-8"))
    }
    page = visit(address("book/reference/gallery.html", "file")).page
    cards = page.locator(".explorer-card")
    assert cards.count() == len(there) > 0
    root, found = site.as_uri() + "/", set()
    for card in cards.all():
        found.add(card.locator("a").first.evaluate("(link) => link.href").removeprefix(root))
        assert card.locator("svg").first.bounding_box()["height"] > 20
        task = card.locator("p").nth(2).inner_text()
        assert len(task.split()) >= 5 and not task.startswith("Task."), task
    assert found == there


def test_a_teaching_guide_opens_every_explorer_of_its_chapter_alone(site, page_paths, visit, address):
    guides = [path for path in page_paths if path.startswith("book/teaching/")]
    assert guides
    for guide in guides:
        chapter = guide.replace("/teaching/", "/chapters/")
        names = re.findall(r'data-explorer="([^"]+)"', (site / chapter).read_text(encoding="utf-8"))
        page = visit(address(guide, "file")).page
        links = page.locator("article a[href*='?explorer=']")
        found = links.evaluate_all("(links) => links.map((link) => link.href)")
        assert set(found) == {f"{(site / chapter).as_uri()}?explorer={name}" for name in names}
        links.first.click()
        page.wait_for_selector(".nn-alone .nn-explorer.nn-ready")
        assert page.locator("h1:visible").count() == 0

"""The gallery lists every explorer of the book, with a picture and a task, and leads to it."""

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

"""Real networks, in Chromium: a network of one's own is brought as a file."""

from playwright.sync_api import expect

from cnnviz.runs import open_run
from cnnviz.zoo.files import exported


def test_a_network_is_brought_and_looked_into(page, settle, tmp_path):
    run = open_run("digits-gap")
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(exported(run, run.snapshot_steps()[-1]))
    (tmp_path / "bad.pth").write_bytes(b"just some text")
    page.goto("/real-networks?rn_net_from=own&rn_tab=Feature+maps")
    settle(page)
    page.locator("input[type=file]").last.set_input_files(tmp_path / "bad.pth")
    expect(page.get_by_text("bad.pth cannot be read: it is damaged")).to_be_visible(timeout=60_000)
    page.locator("input[type=file]").last.set_input_files(mine)
    expect(page.get_by_text("mine.safetensors predicts")).to_be_visible(timeout=60_000)
    expect(page.locator(".map-sheet canvas").first).to_be_visible(timeout=60_000)

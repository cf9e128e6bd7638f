"""Neurons in Chromium: stages, hover, and a shared weight that moves all its copies."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until

INPUTS = np.random.default_rng(2).integers(0, 5, 8).astype(float)


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        expect(page.locator(".neurons[data-outputs]")).to_be_visible()
        return page

    return open_it


def data(page, name):
    return json.loads(page.locator(".neurons").get_attribute(f"data-{name}"))


def test_one_shared_weight_moves_every_output(open_at, settle):
    page = open_at("/sharing?sh_w=shared")
    assert data(page, "outputs") == np.correlate(INPUTS, [-1, 0, 1]).tolist()
    page.get_by_label("Shared weight 1").fill("2.5")
    assert data(page, "outputs") == np.correlate(INPUTS, [-1, 2.5, 1]).tolist()
    assert data(page, "lit") == [[at + 1, at] for at in range(6)]
    wait_until(page, "location.search.includes('sh_w_shared=-1')")
    page.reload()
    settle(page)
    expect(page.locator(".neurons[data-outputs]")).to_be_visible()
    assert data(page, "outputs") == np.correlate(INPUTS, [-1, 2.5, 1]).tolist()


def test_a_neuron_lights_its_connections_at_every_stage(open_at):
    page = open_at("/sharing?sh_w=full")
    expect(page.locator(".neurons .count")).to_have_text("8 × 6 connections = 48 weights")
    page.locator(".neurons .figure").focus()
    page.keyboard.press("Home")
    assert data(page, "lit") == [[at, 0] for at in range(8)]
    page.keyboard.press("2")
    expect(page.locator(".neurons .count")).to_have_text("6 neurons × 3 connections = 18 weights")
    assert data(page, "lit") == [[at, 0] for at in range(3)]
    page.locator(".neurons [data-what=in][data-at='4']").hover()
    assert data(page, "lit") == [[4, 2], [4, 3], [4, 4]]
    wait_until(page, "location.search.includes('sh_w=local')")


@pytest.mark.usefixtures("moving")
def test_it_walks_through_the_stages_by_itself(open_at):
    page = open_at("/sharing")
    expect(page.locator(".neurons")).to_have_attribute("data-stage", "shared")

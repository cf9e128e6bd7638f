"""Vanishing gradients in Chromium: the chart is drawn, and one line of it moves with a switch."""

import re

from playwright.sync_api import expect


def test_a_switch_moves_one_line_of_the_chart(page, settle):
    page.goto("/vanishing?va_depth=12")
    settle(page)
    chart = page.locator(".chart").first
    expect(chart).to_have_attribute("data-drawn", re.compile("."))
    lines = "({data}) => data.map(({y}) => y[1])"
    before, drawn = chart.locator(".plot").evaluate(lines), chart.get_attribute("data-drawn")
    page.locator("label").filter(has_text=re.compile("^Skips$")).click()
    expect(chart).not_to_have_attribute("data-drawn", drawn)
    after = chart.locator(".plot").evaluate(lines)
    assert after[:-1] == before[:-1]
    assert after[-1] != before[-1]

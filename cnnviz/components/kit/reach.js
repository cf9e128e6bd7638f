// Keys reach what a finger or a wheel can scroll.

/** Make a box a stop of the Tab key while it holds more than it shows; `name` is read aloud. */
export function reachable(box, name) {
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", name);
  const look = () => {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(look).observe(box);
}

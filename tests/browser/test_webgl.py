"""The graphics processor gives OpenCV's numbers, too: its programs run here, in software."""

import shutil
from pathlib import Path

from tests.browser.conftest import BROWSERS, FLAGS, launched
from tests.unit.components.test_filtering import answered, check_numbers, check_views, recipes

COMPONENTS = Path(__file__).parents[2] / "cnnviz" / "components"
SOFTWARE = [flag for flag in FLAGS if flag != "--disable-gpu"]
SOFTWARE += ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
FILTER = """async (data) => {
  const { openGraphics } = await import("/kit/filtering/webgl.js");
  const { present } = await import("/kit/filtering/present.js");
  const { applyRecipe } = await import("/kit/filtering/recipe.js");
  const { bytesOf } = await import("/kit/arrays.js");
  const graphics = (window.cnnvizGraphics = openGraphics());
  if (!graphics) throw new Error("no WebGL2 that draws into float32");
  graphics.least = 0;
  let count = 0;
  const { sums } = graphics;
  graphics.sums = (...all) => {
    const found = sums.apply(graphics, all);
    if (found) count += 1;
    return found;
  };
  const letter = (byte) => String.fromCharCode(byte);
  const base64 = ({ buffer, byteOffset, byteLength }) => (
    btoa(Array.from(new Uint8Array(buffer, byteOffset, byteLength), letter).join("")));
  const pictures = data.pictures.map(({ height, width, planes }) => (
    { height, width, planes: planes.map((plane) => Float32Array.from(bytesOf(plane))) }));
  const answer = ({ picture, recipe, view, stops }) => {
    const result = applyRecipe(pictures[picture], recipe);
    const { pixels, scale } = present(result, view, stops);
    const [values, strengths] = [result.planes, result.strengths].map((all) => all?.map(base64));
    return { values, strengths, pixels: base64(pixels), scale };
  };
  const lost = data.cases.splice(-2); // the graphics processor is gone by then
  const answers = data.cases.map(answer);
  const expected = count;
  graphics.gl.getExtension("WEBGL_lose_context").loseContext();
  answers.push(...lost.map(answer));
  if (count !== expected) throw new Error("sums of a context that is lost");
  return { answers, count };
}"""


def serve(route):
    path = route.request.url.removeprefix("http://components.test")
    if path == "/":
        route.fulfill(body="<title>Components</title>", content_type="text/html")
    else:
        route.fulfill(path=COMPONENTS / path[1:], content_type="text/javascript")


def test_every_linear_filter_is_held_to_opencv(browser):
    system = next(filter(None, map(shutil.which, BROWSERS)), None)
    chromium = launched(browser.browser_type, system, SOFTWARE)
    page = chromium.new_page()
    page.route("http://components.test/**", serve)
    page.goto("http://components.test/")
    linear = [one for one in recipes() if one.kind not in {"median", "bilateral"}]
    linear = linear[::5]  # of each kind, size and border some: imitated, it takes its time
    counts = []

    def ask(data):
        found = page.evaluate(FILTER, data)
        counts.append(found["count"])
        return found["answers"]

    cases = answered(ask, linear)
    chromium.close()
    assert counts[0] >= len(cases) - 2
    check_numbers(cases)
    check_views(cases)

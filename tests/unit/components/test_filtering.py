"""The browser's filters give OpenCV's numbers, and its views the server's pixels."""

import base64
import itertools
from dataclasses import asdict

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from cnnviz.components.closeness import payload
from cnnviz.components.compare import LiveChain, LiveStage
from cnnviz.imaging import (
    KERNELS,
    Recipe,
    add_noise,
    denoise,
    present,
    sample_image,
    to_grey,
)
from cnnviz.imaging.chain import (
    KINDS,
    equivalent_kernel,
    parse_chain,
    run_chain,
    usual_stage,
    view_of,
)
from tests.unit.components.node import in_node

FILTERING = """
if (!data.vectors) delete globalThis.WebAssembly;
const { bytesOf } = await import("./cnnviz/components/kit/arrays.js");
const { present } = await import("./cnnviz/components/kit/filtering/present.js");
const { applyRecipe } = await import("./cnnviz/components/kit/filtering/recipe.js");
const { giveBack } = await import("./cnnviz/components/kit/filtering/recycling.js");
const { vectors } = await import("./cnnviz/components/kit/filtering/simd.js");
if (Boolean(vectors) !== data.vectors) throw new Error("not what was to be tried");
const base64 = ({ buffer, byteOffset, byteLength }) => (
  Buffer.from(buffer, byteOffset, byteLength).toString("base64"));
const pictures = data.pictures.map(({ height, width, planes }) => (
  { height, width, planes: planes.map((plane) => Float32Array.from(bytesOf(plane))) }));
console.log(JSON.stringify(data.cases.map(({ picture, recipe, view, stops }) => {
  const result = applyRecipe(pictures[picture], recipe);
  const { pixels, scale } = present(result, view, stops);
  const [values, strengths] = [result.planes, result.strengths].map((all) => all?.map(base64));
  if (recipe) giveBack(result.planes); // the next filter writes over them
  return { values, strengths, pixels: base64(pixels), scale };
})));
"""
CHAINS = """
if (!data.vectors) delete globalThis.WebAssembly;
const { bytesOf } = await import("./cnnviz/components/kit/arrays.js");
const { runChain, viewOf } = await import("./cnnviz/components/kit/filtering/chain.js");
const pictures = data.pictures.map(({ height, width, planes }) => (
  { height, width, planes: planes.map((plane) => Float32Array.from(bytesOf(plane))) }));
console.log(JSON.stringify(data.cases.map(({ picture, recipe: { border, chains: [stages] } }) => {
  const result = runChain(pictures[picture], stages, border);
  const values = result.planes.map(({ buffer }) => Buffer.from(buffer).toString("base64"));
  return { values, view: viewOf(stages, result) };
})));
"""
BORDERS = ("zero", "reflect", "replicate", "circular")
VIEWS = ("signed", "absolute", "relu", "clipped")
SOBEL_X = Recipe("kernel", KERNELS["sobel-x"].weights)

RANDOM = np.random.default_rng(7)
PICTURES = [
    to_grey(sample_image("astronaut"))[40:81, 180:263].astype(np.uint8),
    sample_image("astronaut")[40:67, 180:213].copy(),
    RANDOM.integers(0, 256, (5, 3), np.uint8),  # smaller than most windows
    RANDOM.integers(0, 256, (1, 4, 3), np.uint8),
    np.full((9, 9), 200, np.uint8),  # flat: what sums to 0 is 0 exactly
]


def recipes():
    """Every kernel, size and setting with every border."""
    for border in BORDERS:
        for kernel, flip in itertools.product(KERNELS.values(), (False, True)):
            yield Recipe("kernel", kernel.weights, border=border, flip=flip)
        for size in range(1, 16):
            random = RANDOM.normal(size=(size, 16 - size)).astype(np.float32)
            yield Recipe("kernel", random, border=border, flip=bool(size % 2))
            square = RANDOM.integers(-3, 4, (size, size)).astype(np.float32)
            yield Recipe("kernel", square, border=border)
            yield Recipe("gaussian", size=size, sigma=0.3 + size / 4, border=border)
            yield Recipe("mean", size=size, border=border)
        yield Recipe("sobel-magnitude", border=border)
        yield Recipe("sobel-direction", border=border)
        for flip in (False, True):
            channels = RANDOM.normal(size=(3, 5, 4)).astype(np.float32)
            yield Recipe("kernel", channels.sum(0), border=border, flip=flip, channels=channels)
    for strength in (0, 0.3, 1.7, 3):
        yield Recipe("kernel", KERNELS["box-5"].weights, strength=strength)
        yield Recipe("kernel", KERNELS["sharpen"].weights, strength=strength)
    for size in range(3, 17, 2):
        yield Recipe("median", size=size)
    for sigma, levels in itertools.product((0.5, 1, 1.7, 2.3, 3), (5, 40, 150)):
        yield Recipe("bilateral", sigma=sigma, levels=levels)


def sent_pictures():
    return [
        {
            "height": len(picture),
            "width": picture.shape[1],
            "planes": [
                base64.b64encode(plane.tobytes()).decode()
                for plane in np.moveaxis(np.atleast_3d(picture), 2, 0)
            ],
        }
        for picture in PICTURES
    ]


def sent(recipe):
    fields = asdict(recipe)
    return fields | {
        name: None if one is None else one.tolist()
        for name, one in (("weights", recipe.weights), ("channels", recipe.channels))
    }


def answered(ask, chosen):
    """Recipe, picture, view, what Python makes of it and what the browser answers."""
    views = itertools.cycle(VIEWS)
    plan = [(recipe, at, next(views)) for recipe in chosen for at in range(len(PICTURES))]
    plan += itertools.product((SOBEL_X, Recipe("median")), (0, 1), VIEWS)
    results = [recipe.apply(PICTURES[at]) for recipe, at, _ in plan]
    shown = [present(result, view) for result, (_, _, view) in zip(results, plan, strict=True)]
    data = {
        "pictures": sent_pictures(),
        "cases": [
            {"recipe": sent(recipe), "picture": at, "view": view, "stops": one.scale.stops}
            for (recipe, at, view), one in zip(plan, shown, strict=True)
        ],
    }
    return list(zip(plan, results, shown, ask(data), strict=True))


@pytest.fixture(scope="module", params=[True, False], ids=["vectors", "numbers"])
def cases(request):
    return answered(
        lambda data: in_node(FILTERING, data=data | {"vectors": request.param}), recipes()
    )


def unpacked(planes, shape):
    arrays = [np.frombuffer(base64.b64decode(plane), np.float32) for plane in planes]
    return np.stack([array.reshape(shape[:2]) for array in arrays], axis=-1).reshape(shape)


def check_numbers(cases):
    for (recipe, at, _), result, _, answer in cases:
        values = unpacked(answer["values"], result.values.shape)
        gap = np.abs(values - result.values)
        largest = max(1, np.abs(result.values).max())
        if recipe.kind == "sobel-direction":
            strengths = unpacked(answer["strengths"], result.values.shape)
            assert np.abs(strengths - result.weight).max() < 0.001
            assert np.minimum(gap, 360 - gap).max() < 0.001, (recipe, at)
        elif recipe.kind == "median":
            assert gap.max() == 0, (recipe, at)
        elif recipe.kind == "bilateral":  # in whole grey levels
            assert gap.max() <= 1, (recipe, at)
        else:
            assert gap.max() < 1e-4 * largest, (recipe, at)
        if at == len(PICTURES) - 1 and recipe.kind != "bilateral":
            assert np.array_equal(values == 0, result.values == 0), recipe


def check_views(cases):
    for (recipe, at, view), _, shown, answer in cases:
        grey = PICTURES[at].ndim == 2 or recipe.channels is not None
        height, width = PICTURES[at].shape[:2]
        pixels = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8)
        pixels = pixels.reshape(height, width, 4)
        assert (pixels[..., 3] == 255).all()
        server, scale = shown.pixels, shown.scale
        if server.ndim == 2:
            server = np.repeat(server[..., None], 3, axis=2)
        gap = np.abs(pixels[..., :3].astype(int) - server)
        # At most the next level: one of 256 greys, or the next of a table of 256 colours.
        coloured = recipe.kind == "sobel-direction" or (view == "signed" and grey)
        most = 4 if coloured else 1
        if recipe.kind == "bilateral" and view != "clipped":
            continue  # another scale would make several levels of the one by which it may differ
        assert gap.max() <= most, (recipe, at, view)
        for end in ("low", "high", "smallest", "largest"):
            theirs = getattr(scale, end)
            tolerance = 1 if recipe.kind == "bilateral" else 1e-2 * abs(theirs) + 1e-3
            assert abs(answer["scale"][end] - theirs) <= tolerance, (recipe, at, view, end)
        # A number on the line between two steps of the histogram may be counted in either.
        counts, steps = np.array(answer["scale"]["counts"]), np.arange(128)
        assert counts.shape == scale.counts.shape
        total = scale.counts.sum(axis=1)
        assert counts.sum(axis=1) == pytest.approx(total, rel=1e-3)
        if recipe.kind != "bilateral":
            assert (np.abs((counts - scale.counts) @ steps) <= total + 1).all(), (recipe, at)


def test_every_filter_gives_opencvs_numbers(cases):
    check_numbers(cases)


def test_every_view_shows_the_servers_pixels_and_scale(cases):
    check_views(cases)


@pytest.mark.parametrize("vectors", [True, False])
def test_a_chain_gives_opencvs_numbers_in_the_browser_too(vectors):
    alone = [[usual_stage(name)] for name in KINDS]
    texts = (
        "gaussian:1.4,gradient,thin,hysteresis:40:100",
        "gradient,thin,hysteresis:40:100",
        "sobel-x,median:3,absolute,bilateral:2:40",
        "laplacian-8,median:5,relu,mean:4,bilateral:1:150",
        "own:1 2 -1;0 3 1/2,gaussian:2.3,gradient",
        "thin,gradient,box-3,thin",  # neither follows a gradient
        "gaussian:5,box-7,hysteresis:190:50",
    )
    borders = itertools.cycle(BORDERS)
    plan = [
        (stages, at, next(borders))
        for stages in [*alone, *map(parse_chain, texts)]
        for at in range(len(PICTURES))
    ]
    cases = [
        LiveChain((("", tuple(map(LiveStage, stages))),), border, colour=False).payload()
        | {"picture": at}
        for stages, at, border in plan
    ]
    data = {"pictures": sent_pictures(), "cases": cases, "vectors": vectors}
    answers = in_node(CHAINS, data=data)
    for (stages, at, border), answer in zip(plan, answers, strict=True):
        expected = run_chain(PICTURES[at], stages, border)[-1]
        gap = np.abs(unpacked(answer["values"], expected.shape) - expected)
        names = [stage.name for stage in stages]
        # Numbers that rounding parts may fall to the other side of a tie or of a threshold.
        off = gap > 1e-4 * max(1, np.abs(expected).max())
        assert off.mean() <= (0.01 if "thin" in names[2:] else 0), (names, at, border)
        assert answer["view"] == view_of(stages, expected), (names, at, border)


def test_closeness_is_scikit_images():
    script = """
    import { closenessOf } from "./cnnviz/components/kit/filtering/closeness.js";
    const planes = (all) => all.map((plane) => Float32Array.from(plane));
    console.log(JSON.stringify(data.map(([height, width, one, other]) => closenessOf(
      { height, width, planes: planes(one) }, { height, width, planes: planes(other) }))));
    """
    colour = sample_image("astronaut")[40:67, 180:213]
    spoiled = colour + RANDOM.normal(0, 25, colour.shape)  # signed, and beyond 255
    halves = np.full((7, 9, 1), 2.5), np.full((7, 9, 1), 0.5)  # become 2 and 0
    pairs = [
        (np.float32(colour), np.float32(spoiled)),
        (np.float32(colour[:, :, :1]), np.float32(spoiled[:, :, :1])),
        (np.float32(colour), np.float32(colour)),
        halves,
        (np.float32(colour[:6]), np.float32(spoiled[:6])),  # smaller than a window
    ]
    answers = in_node(
        script,
        data=[
            [*one.shape[:2], *(np.moveaxis(image, 2, 0).reshape(image.shape[2], -1).tolist()
                               for image in (one, other))]
            for one, other in pairs
        ],
    )  # fmt: skip
    for (one, other), answer in zip(pairs, answers, strict=True):
        first, second = (np.rint(image).clip(0, 255).astype(np.uint8) for image in (one, other))
        if (first == second).all():
            assert answer["psnr"] is None
        else:
            assert answer["psnr"] == pytest.approx(peak_signal_noise_ratio(first, second))
        if len(first) < 7:
            assert answer["ssim"] is None
        else:
            ssim = structural_similarity(first, second, channel_axis=2)
            assert answer["ssim"] == pytest.approx(ssim, abs=1e-6)
        assert answer["mean"] == pytest.approx(np.abs(one - other).mean(), abs=1e-4)
        assert answer["largest"] == pytest.approx(np.abs(one - other).max(), abs=1e-4)
        # What the server says at rest.
        assert payload(one, other, name="") == pytest.approx(answer | {"name": ""}, abs=1e-4)


def test_the_one_kernel_of_a_chain_is_the_servers():
    script = """
    import { equivalentKernel } from "./cnnviz/components/kit/filtering/chain.js";
    console.log(JSON.stringify(data.map(({ chains: [stages] }) => equivalentKernel(stages))));
    """
    texts = ("gaussian:1.5,laplacian-4", "own:1 2;3 4,own:1 2 -1;0 3 1/2", "mean:4,mean:2,mean:6",
             "own:1;2;1,own:-1 0 1", "own:1 2,own:3 4")  # fmt: skip
    chains = [tuple(parse_chain(text)) for text in texts]
    recipes = [
        LiveChain((("", tuple(map(LiveStage, chain))),), "zero", colour=False).payload()["recipe"]
        for chain in chains
    ]
    for chain, weights in zip(chains, in_node(script, data=recipes), strict=True):
        expected = equivalent_kernel(chain)
        assert np.shape(weights) == expected.shape, chain
        assert np.array(weights) == pytest.approx(expected, abs=1e-6)


def test_ranks_are_numpys():
    products = [np.outer(RANDOM.normal(size=5), RANDOM.normal(size=7)) for _ in range(6)]
    kernels = [kernel.weights for kernel in KERNELS.values()]
    kernels += [sum(products[:rank], np.zeros((5, 7))) for rank in range(7)]
    script = """
    import { rankOf } from "./cnnviz/components/kit/filtering/linear.js";
    console.log(JSON.stringify(data.map(rankOf)));
    """
    ranks = in_node(script, data=[kernel.tolist() for kernel in kernels])
    assert ranks == [np.linalg.matrix_rank(np.float64(kernel), rtol=1e-5) for kernel in kernels]


def test_a_frame_is_made_grey_as_opencv_does():
    script = """
    import { planesOf } from "./cnnviz/components/kit/filtering/recipe.js";
    const { planes } = planesOf(Uint8ClampedArray.from(data), 27, 33, "luma");
    console.log(JSON.stringify([...planes[0]]));
    """
    frame = PICTURES[1]
    opaque = np.concatenate([frame, np.full_like(frame[..., :1], 255)], axis=2)
    assert in_node(script, data=opaque.ravel().tolist()) == to_grey(frame).ravel().tolist()


def test_noise_and_what_filters_make_of_it_is_the_servers():
    script = """
    const { bytesOf } = await import("./cnnviz/components/kit/arrays.js");
    const { addNoise } = await import("./cnnviz/components/kit/filtering/noise.js");
    const recipes = await import("./cnnviz/components/kit/filtering/recipe.js");
    const pictures = data.pictures.map(({ height, width, planes }) => (
      { height, width, planes: planes.map((plane) => Float32Array.from(bytesOf(plane))) }));
    const base64 = ({ buffer }) => Buffer.from(buffer).toString("base64");
    console.log(JSON.stringify(data.cases.map(([picture, kind, amount, filters]) => {
      const noisy = addNoise(pictures[picture], kind, amount);
      const filtered = filters.map((recipe) => recipes.applyRecipe(noisy, recipe));
      const all = [noisy, ...filtered.map(recipes.roundedLevels)];
      return all.map(({ planes }) => planes.map(base64));
    })));
    """
    plan = [
        (at, kind, amount)
        for at in (0, 1)
        for kind, amounts in (
            ("salt-and-pepper", (0, 0.1, 0.57)),
            ("impulse", (0.07, 1)),
            ("gaussian", (0, 1, 25, 100)),
        )
        for amount in amounts
    ]
    noisy = [add_noise(PICTURES[at], kind, amount) for at, kind, amount in plan]
    filtered = [
        [one for sizes in denoise(PICTURES[at], spoiled) for one in sizes]
        for spoiled, (at, _, _) in zip(noisy, plan, strict=True)
    ]
    recipes = [sent(one.recipe) for one in filtered[0]]
    answers = in_node(
        script, data={"pictures": sent_pictures(), "cases": [[*one, recipes] for one in plan]}
    )
    for spoiled, results, answer, case in zip(noisy, filtered, answers, plan, strict=True):
        assert np.array_equal(unpacked(answer[0], spoiled.shape), spoiled), case
        for one, planes in zip(results, answer[1:], strict=True):
            gap = np.abs(unpacked(planes, spoiled.shape) - one.pixels)
            assert gap.max() <= (one.name != "median"), (case, one.recipe)

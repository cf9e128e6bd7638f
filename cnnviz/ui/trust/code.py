"""The tests as code to copy: each stands alone, and gives the numbers of its figure."""

_BEGIN = """import torch
from cnnviz import zoo
from cnnviz.imaging import sample_image
from cnnviz.inspection import evidence

net = zoo.load("efficientnet_lite0")
x = net.preprocess(sample_image("coffee"))
label = int(net.model(x).argmax())
"""

FORGETTING = (
    _BEGIN
    + """
import copy
from scipy.stats import spearmanr
from cnnviz.inspection.trust.randomisation import forget, stages_of

before = evidence(net.model, x, label, method="grad_cam").raw
forgetful = copy.deepcopy(net.model)
seed = torch.Generator().manual_seed(0)
for stage in stages_of(net.model, x):
    for name in stage:
        forget(forgetful.get_submodule(name), seed)
    after = evidence(forgetful, x, label, method="grad_cam").raw
    print(stage[-1], spearmanr(before.ravel(), after.ravel()).statistic)
"""
)

COVERING = (
    _BEGIN
    + """
raw = torch.from_numpy(evidence(net.model, x, label, method="grad_cam").raw)
order = (-raw).flatten().argsort(stable=True)
for count in range(0, len(order) + 1, 7):
    cells = torch.ones(raw.shape)
    cells.view(-1)[order[:count]] = 0
    mask = cells.repeat_interleave(32, 0).repeat_interleave(32, 1)
    with torch.no_grad():  # covered with 0, the mean colour
        print(count, float(net.model(x * mask).softmax(1)[0, label]))
"""
)

CHANGING = (
    _BEGIN
    + """
leaf = x.clone().requires_grad_()
torch.nn.functional.cross_entropy(net.model(leaf), torch.tensor([label])).backward()
for levels in (0, 1, 2, 4, 8, 16, 32):
    step = levels / 128 * leaf.grad.sign()  # 128 levels are 1 after preprocessing
    changed = (x + step).clamp((0 - 127) / 128, (255 - 127) / 128)
    with torch.no_grad():
        print(levels, float(net.model(changed).softmax(1)[0, label]))
"""
)

LOCATING = (
    _BEGIN
    + """
from skimage.measure import label as pieces, regionprops
from cnnviz.inspection import upsample

raw = upsample(evidence(net.model, x, label, method="grad_cam").raw, (224, 224))
for share in (0.2, 0.35, 0.5):
    found = regionprops(pieces(raw >= share * raw.max(), connectivity=2))
    print(share, max(found, key=lambda piece: piece.area).bbox)  # top, left, bottom, right
"""
)

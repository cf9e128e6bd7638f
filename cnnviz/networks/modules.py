"""The modules that ``torch.nn`` lacks; each stands alone, since printed code holds its source."""

import torch
from torch import nn


class Residual(nn.Module):
    """Adds what goes round the body to what comes out of it (He et al., arXiv:1512.03385)."""

    def __init__(self, body: nn.Sequential, shortcut: nn.Sequential | None = None) -> None:
        super().__init__()
        self.body = body
        self.shortcut = nn.Sequential() if shortcut is None else shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``body(x) + shortcut(x)``; an empty shortcut gives back its input."""
        total: torch.Tensor = self.body(x) + self.shortcut(x)
        return total


class Concat(nn.Module):
    """Puts the channels of its branches, all fed with the same input, behind each other."""

    def __init__(self, **branches: nn.Sequential) -> None:
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs of the branches, concatenated along the channels."""
        return torch.cat([branch(x) for branch in self.children()], 1)


class TableConvolution(nn.Module):
    """From 6 maps to 16, each of which sees only some of the 6: C3 of LeNet-5.

    The table is that of LeCun et al., *Gradient-based learning applied to document recognition*,
    1998. ``weight[i]`` is the filter of the i-th cross in it, row by row.
    """

    TABLE = (
        "012", "123", "234", "345", "045", "015", "0123", "1234", "2345", "0345", "0145", "0125",
        "0134", "1245", "0235", "012345",
    )  # fmt: skip

    def __init__(self, kernel_size: int) -> None:
        super().__init__()
        self.outputs = [out for out, maps in enumerate(self.TABLE) for _ in maps]
        self.inputs = [int(read) for maps in self.TABLE for read in maps]
        self.weight = nn.Parameter(torch.empty(len(self.inputs), kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(len(self.TABLE)))
        # As nn.Conv2d begins, on the 6 maps.
        bound = (6 * kernel_size**2) ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return N×16×(H−k+1)×(W−k+1)."""
        filters = self.weight.new_zeros(len(self.TABLE), 6, *self.weight.shape[1:])
        filters[self.outputs, self.inputs] = self.weight
        return nn.functional.conv2d(x, filters, self.bias)


class DigitCodes(nn.Module):
    """From 84 features to 10 digits: how near they are to a picture of each digit, 7×12 of ±1.

    The output of LeNet-5, whose units are radial basis functions with codes that are not learned.
    The codes are drawn here after the paper's figure 3.
    """

    DIGITS = """
        ....... ....... ....... ....... ....... ....... ....... ....... ....... .......
        ..###.. ...#... ..###.. ..###.. ....#.. .#####. ..###.. .#####. ..###.. ..###..
        .#...#. ..##... .#...#. .#...#. ...##.. .#..... .#...#. .....#. .#...#. .#...#.
        .#...#. .#.#... .....#. .....#. ...##.. .#..... .#..... .....#. .#...#. .#...#.
        .#...#. ...#... .....#. .....#. ..#.#.. .#..... .#..... ....#.. .#...#. .#...#.
        .#...#. ...#... ....#.. ..###.. ..#.#.. .####.. .####.. ....#.. ..###.. ..####.
        .#...#. ...#... ...#... .....#. .#..#.. .....#. .#...#. ...#... .#...#. .....#.
        .#...#. ...#... ..#.... .....#. .#####. .....#. .#...#. ...#... .#...#. .....#.
        .#...#. ...#... .#..... .....#. ....#.. .....#. .#...#. ..#.... .#...#. .....#.
        .#...#. ...#... .#..... .#...#. ....#.. .#...#. .#...#. ..#.... .#...#. .#...#.
        ..###.. .#####. .#####. ..###.. ....#.. ..###.. ..###.. ..#.... ..###.. ..###..
        ....... ....... ....... ....... ....... ....... ....... ....... ....... .......
    """

    def __init__(self) -> None:
        super().__init__()
        rows = [line.split() for line in self.DIGITS.split("\n") if line.strip()]
        pictures = ["".join(part) for part in zip(*rows, strict=True)]
        codes = [[1.0 if ink == "#" else -1.0 for ink in picture] for picture in pictures]
        self.codes: torch.Tensor
        self.register_buffer("codes", torch.tensor(codes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return N×10: minus the squared distances, so that the nearest digit scores highest."""
        return -(x[:, None] - self.codes).square().sum(2)


class Sample(nn.Module):
    """Draws from normal distributions: the middle of a variational autoencoder.

    The first half of its input's channels are the means μ, the other half ln σ² (Kingma and
    Welling, arXiv:1312.6114, section 2.4).
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return μ + σ · noise, of half as many channels; μ alone in evaluation mode."""
        mean, log_variance = x.chunk(2, 1)
        if not self.training:
            return mean
        return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)


class LocallyConnected(nn.Module):
    """A convolution without shared weights: every place of the output has filters of its own.

    ``weight[y, x]`` and ``bias[y, x]`` are what ``nn.Conv2d`` would have, for the place (y, x).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: tuple[int, int],
        *,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        super().__init__()
        self.window = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
        self.weight = nn.Parameter(torch.empty(*size, outputs, inputs, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(*size, outputs))
        # As nn.Conv2d begins.
        bound = (inputs * kernel_size**2) ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """Sizes, for print(model)."""
        height, width, outputs, inputs = self.weight.shape[:4]
        window = ", ".join(f"{name}={value}" for name, value in self.window.items())
        return f"{inputs}, {outputs}, ({height}, {width}), {window}"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return N×outputs×height×width."""
        height, width, outputs = self.bias.shape
        patches = nn.functional.unfold(x, **self.window)  # N × inputs·k² × places
        filters = self.weight.reshape(height * width, outputs, -1)
        sums = torch.bmm(filters, patches.permute(2, 1, 0))  # places × outputs × N
        maps = sums.permute(2, 1, 0).reshape(-1, outputs, height, width)
        # In the usual memory format: the gradient of a batch norm may be wrong in a mixed one.
        return (maps + self.bias.permute(2, 0, 1)).contiguous()

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

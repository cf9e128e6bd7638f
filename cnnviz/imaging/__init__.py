"""Pictures in, pictures out: loading, samples, kernels, filters, noise, colours."""

from cnnviz.imaging.colour import DIVERGING_STOPS, WEIGHT_STOPS, diverging, heat, to_grey
from cnnviz.imaging.denoise import Denoised, denoise, sigma_for
from cnnviz.imaging.encode import digest, encode_jpeg, encode_png, preview, resize_to_fit
from cnnviz.imaging.filter_names import FILTERS, Filter, natural_view
from cnnviz.imaging.filters import (
    Border,
    Sobel,
    apply_kernel,
    bilateral,
    gaussian,
    mean,
    median,
    sobel,
)
from cnnviz.imaging.kernel_text import (
    MAX_KERNEL_SIZE,
    format_kernel,
    format_weight,
    parse_kernel,
)
from cnnviz.imaging.kernels import (
    KERNELS,
    Kernel,
    explain_sum,
    gaussian_kernel,
    kernel_sum,
    normalised,
    resize_kernel,
    separability,
    strengthen,
    symmetrised,
    turned,
)
from cnnviz.imaging.loading import FILE_TYPES, ImageError, Loaded, load_image, load_picture
from cnnviz.imaging.noise import Noise, add_noise, psnr, ssim
from cnnviz.imaging.present import Presented, Scale, View, present, present_photo
from cnnviz.imaging.recipe import Recipe, Result
from cnnviz.imaging.samples import SAMPLES, Sample, sample_image
from cnnviz.imaging.snippets import opencv_code, torch_code
from cnnviz.imaging.window import window_at

__all__ = [
    "DIVERGING_STOPS",
    "FILE_TYPES",
    "FILTERS",
    "KERNELS",
    "MAX_KERNEL_SIZE",
    "SAMPLES",
    "WEIGHT_STOPS",
    "Border",
    "Denoised",
    "Filter",
    "ImageError",
    "Kernel",
    "Loaded",
    "Noise",
    "Presented",
    "Recipe",
    "Result",
    "Sample",
    "Scale",
    "Sobel",
    "View",
    "add_noise",
    "apply_kernel",
    "bilateral",
    "denoise",
    "digest",
    "diverging",
    "encode_jpeg",
    "encode_png",
    "explain_sum",
    "format_kernel",
    "format_weight",
    "gaussian",
    "gaussian_kernel",
    "heat",
    "kernel_sum",
    "load_image",
    "load_picture",
    "mean",
    "median",
    "natural_view",
    "normalised",
    "opencv_code",
    "parse_kernel",
    "present",
    "present_photo",
    "preview",
    "psnr",
    "resize_kernel",
    "resize_to_fit",
    "sample_image",
    "separability",
    "sigma_for",
    "sobel",
    "ssim",
    "strengthen",
    "symmetrised",
    "to_grey",
    "torch_code",
    "turned",
    "window_at",
]

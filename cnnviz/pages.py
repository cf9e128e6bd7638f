"""The pages of the app: one row declares a page, and everything that lists or links pages reads it.

The navigation, Home, the tour of the lab and every link are made from `PAGES`. It imports neither
Streamlit nor torch.
"""

from __future__ import annotations

from dataclasses import dataclass

LAB = "Convolution lab"
NETWORKS = "Networks"
LEARNING = "Learning"
PICTURES_OUT = "Pictures out"
IN_THE_BAR = {LAB: "Lab"}
"""What the navigation calls a group whose name is too long for the bar."""


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes:
        path: Its script, relative to the folder `pages`.
        url: Its address below the app's own; empty for Home.
        title: Its title.
        icon: A Material icon, as Streamlit writes it.
        about: What it is for, in one sentence; the navigation and the tour show it.
        terms: What the lectures call it; the tour searches them.
        group: The heading in the navigation that it is listed under; empty for none.
        uses_picture: Whether its header has the button that chooses a picture.
        first_picture: The sample that it shows before anybody chose one; empty for the usual.
        thumbnail: The picture on its card, relative to `assets/screenshots`; empty for a page that
            no card leads to.
        on_home: What its card on Home says; empty for a page without one.
        former_url: The address that it had before; old links lead on from there.
        menu: What the navigation calls it, where its title is too long for the bar.
    """

    path: str
    url: str
    title: str
    icon: str
    about: str = ""
    terms: tuple[str, ...] = ()
    group: str = ""
    uses_picture: bool = False
    first_picture: str = ""
    thumbnail: str = ""
    on_home: str = ""
    former_url: str = ""
    menu: str = ""

    @property
    def script(self) -> str:
        """What `st.Page`, `st.page_link` and `st.switch_page` call the page.

        Streamlit resolves it from the folder of the script with the navigation, `cnnviz`.
        """
        return f"../pages/{self.path}"

    def matches(self, words: str) -> bool:
        """Whether the title, the sentence and the terms contain each of the words, in any case."""
        text = " ".join((self.title, self.about, *self.terms)).casefold()
        return all(word in text for word in words.casefold().split())


# In the order in which a lecture would take them.
PAGES = (
    Page("home.py", "", "Home", ":material/home:"),
    Page(
        "filters.py",
        "filters",
        "Filters",
        ":material/blur_on:",
        about="Apply Sobel, Gaussian, median and other hand-designed filters to your own picture.",
        uses_picture=True,
        thumbnail="filters-card.webp",
        on_home="Find edges in your own picture, blur it or sharpen it with hand-designed kernels.",
    ),
    Page(
        "step.py",
        "step",
        "Step through a convolution",
        ":material/grid_on:",
        about="Compute one output cell at a time, with any stride, padding and dilation.",
        uses_picture=True,
        thumbnail="step-card.webp",
        on_home="Compute one output cell at a time; change stride, padding and dilation.",
        menu="Step",
    ),
    Page(
        "lab/tour.py",
        "tour",
        "Tour of the lab",
        ":material/map:",
        group=LAB,
        thumbnail="tour-card.webp",
        on_home="Try every convolution idea from the lecture, hands-on.",
    ),
    Page(
        "lab/pixels.py",
        "pixels",
        "Pixels are numbers",
        ":material/apps:",
        about="Read and paint a picture as a grid of numbers; move it, shuffle it, compare"
        " neighbours.",
        terms=(
            "image",
            "grey value",
            "flattening",
            "vector",
            "translation",
            "correlation",
            "weights",
        ),
        group=LAB,
        uses_picture=True,
        thumbnail="lab/pixels.webp",
    ),
    Page(
        "lab/flip.py",
        "flip",
        "Convolution and correlation",
        ":material/flip:",
        about="See what flipping the kernel changes, why order does not matter, and the integral"
        " as an area.",
        terms=(
            "cross-correlation",
            "commutative",
            "f ∗ g",
            "∫ f(τ) g(t − τ) dτ",
            "symmetric kernel",
        ),
        group=LAB,
        thumbnail="lab/flip.webp",
    ),
    Page(
        "lab/smoothing.py",
        "smoothing",
        "Box, Gaussian, median",
        ":material/blur_circular:",
        about="See which blur is even in all directions, why a median is no convolution, and what"
        " kernels are made of.",
        terms=(
            "mean filter",
            "rotational invariance",
            "isotropic",
            "linear",
            "superposition",
            "unsharp masking",
            "sharpen",
        ),
        group=LAB,
        thumbnail="lab/smoothing.webp",
    ),
    Page(
        "lab/sensor.py",
        "sensor",
        "Signals, pictures, videos",
        ":material/timeline:",
        about="Smooth a noisy sensor by the age of its readings; convolve in 1, 2 and 3"
        " dimensions.",
        terms=(
            "1-D convolution",
            "weighting function",
            "age",
            "conv1d",
            "conv3d",
            "video",
            "smoothing",
        ),
        group=LAB,
        thumbnail="lab/sensor.webp",
    ),
    Page(
        "lab/matrix.py",
        "matrix",
        "Convolution as a matrix",
        ":material/grid_4x4:",
        about="Write a convolution as one large, mostly empty matrix, and see what that saves.",
        terms=(
            "Toeplitz matrix",
            "sparse interactions",
            "linear operator",
            "operations",
            "g = W f",
        ),
        group=LAB,
        thumbnail="lab/matrix.webp",
    ),
    Page(
        "lab/frequency.py",
        "frequency",
        "The frequency domain",
        ":material/equalizer:",
        about="Multiply spectra instead of sliding a kernel; see what wraps around and when it is"
        " faster.",
        terms=(
            "Fourier transform",
            "FFT",
            "convolution theorem",
            "circular convolution",
            "separable",
        ),
        group=LAB,
        uses_picture=True,
        thumbnail="lab/frequency.webp",
    ),
    Page(
        "lab/sharing.py",
        "sharing",
        "From fully connected to convolutional",
        ":material/hub:",
        about="Start fully connected, go local, then share weights: change one, and all copies"
        " change.",
        terms=("parameter sharing", "local connectivity", "fully connected", "locally connected"),
        group=LAB,
        thumbnail="lab/sharing.webp",
    ),
    Page(
        "lab/windows.py",
        "windows",
        "Stride, padding, dilation",
        ":material/select_all:",
        about="See which windows are visited, how often each pixel is used, and what is never"
        " read.",
        terms=(
            "full",
            "same",
            "valid",
            "zero padding",
            "output size",
            "downsampling",
            "does not fit",
        ),
        group=LAB,
        thumbnail="lab/windows.webp",
    ),
    Page(
        "lab/volumes.py",
        "volumes",
        "Volumes",
        ":material/view_in_ar:",
        about="Filter through the full depth and stack the maps; 1×1, depthwise, and what they"
        " cost.",
        terms=("RGB", "depth", "1×1 convolution", "depthwise", "grouped", "im2col", "parameters"),
        group=LAB,
        uses_picture=True,
        thumbnail="lab/volumes.webp",
    ),
    Page(
        "lab/receptive_field.py",
        "receptive_field",
        "Receptive field",
        ":material/center_focus_strong:",
        about="See how much of the picture a unit in a stack of layers sees, in theory and"
        " measured.",
        terms=("receptive field", "context", "dilated convolution", "effective receptive field"),
        group=LAB,
        uses_picture=True,
        thumbnail="lab/receptive_field.webp",
        former_url="field",
    ),
    Page(
        "lab/pooling.py",
        "pooling",
        "Pooling",
        ":material/compress:",
        about="Compare max, average, L2 and Hölder means: what they keep and what they discard.",
        terms=("max pooling", "average pooling", "L2 pooling", "Hölder mean", "invariance"),
        group=LAB,
        thumbnail="lab/pooling.webp",
    ),
    Page(
        "lab/activation.py",
        "activation",
        "Activation functions",
        ":material/show_chart:",
        about="Follow a map's numbers along the activation curve; vary the temperature of softmax.",
        terms=(
            "activation function",
            "ReLU",
            "sigmoid",
            "tanh",
            "softmax",
            "non-linearity",
            "logits",
        ),
        group=LAB,
        uses_picture=True,
        thumbnail="lab/activation.webp",
    ),
    Page(
        "lab/equivariance.py",
        "equivariance",
        "Equivariance",
        ":material/open_with:",
        about="Drag an object: its map follows, unless stride, padding or pooling break"
        " equivariance.",
        terms=("translation equivariance", "shift", "invariance", "pooling", "weight sharing"),
        group=LAB,
        thumbnail="lab/equivariance.webp",
    ),
    Page(
        "lab/transposed_convolution.py",
        "transposed",
        "Upsampling",
        ":material/expand:",
        about="See transposed convolution as stamps, from the output and as a matrix; the"
        " checkerboard.",
        terms=("transposed convolution", "deconvolution", "upsampling", "checkerboard artefact"),
        group=LAB,
        thumbnail="lab/transposed.webp",
        former_url="upwards",
    ),
    Page(
        "lab/gradient.py",
        "gradient",
        "Backpropagation",
        ":material/undo:",
        about="Follow the gradient back through a convolution or a pooling layer, checked three"
        " ways.",
        terms=("backpropagation", "gradient", "arg-max", "flipped kernel", "finite differences"),
        group=LAB,
        thumbnail="lab/gradient.webp",
        former_url="backwards",
    ),
    Page(
        "lab/learn.py",
        "learn",
        "Learn the kernel",
        ":material/school:",
        about="Watch gradient descent find the kernel that turns an input into a target, step by"
        " step.",
        terms=("learned convolution", "parameters θ", "gradient descent", "learning rate", "blur"),
        group=LAB,
        thumbnail="lab/learn.webp",
    ),
    Page(
        "networks/cells.py",
        "cells",
        "Where it began",
        ":material/visibility:",
        about="Turn a bar of light over a simple and a complex cell; shift a digit under the"
        " Neocognitron.",
        terms=("Hubel and Wiesel", "simple cell", "complex cell", "Gabor", "Neocognitron"),
        group=NETWORKS,
    ),
    Page(
        "networks/timeline.py",
        "timeline",
        "Timeline",
        ":material/timeline:",
        about="From Hubel and Wiesel's cells to today's networks: year, error, parameters, and who"
        " was first.",
        terms=("history", "ImageNet", "ILSVRC", "top-5 error", "WordNet", "Neocognitron"),
        group=NETWORKS,
    ),
    Page(
        "networks/paper_networks.py",
        "paper_networks",
        "Networks of the papers",
        ":material/account_tree:",
        about="See LeNet-5, AlexNet, VGG, GoogLeNet, ResNet and DenseNet to scale, and count their"
        " parameters.",
        terms=("architecture", "parameters", "multiply-adds", "inception", "residual", "LeNet"),
        group=NETWORKS,
    ),
    Page(
        "networks/blocks.py",
        "blocks",
        "Building blocks",
        ":material/dashboard:",
        about="Switch the branches of an inception module, scale a residual block, grow a dense"
        " block.",
        terms=("inception", "residual", "skip connection", "mlpconv", "depthwise", "growth rate"),
        group=NETWORKS,
    ),
    Page(
        "networks/two_ideas.py",
        "two_ideas",
        "Two streams, Deep Fried",
        ":material/alt_route:",
        about="Estimate how a picture moves, as video networks read it; replace a dense layer by"
        " three diagonals.",
        terms=("optical flow", "video", "two-stream network", "Fastfood", "Hadamard", "structured"),
        group=NETWORKS,
        uses_picture=True,
    ),
    Page(
        "learning/data_sets.py",
        "data_sets",
        "Data sets",
        ":material/photo_library:",
        about="Look through the pictures that networks learn from, class by class, down to the"
        " numbers.",
        terms=("MNIST", "Fashion-MNIST", "CIFAR-10", "samples", "classes", "training and test set"),
        group=LEARNING,
    ),
    Page(
        "learning/hand_designed.py",
        "hand_designed",
        "Features by hand",
        ":material/draw:",
        about="See HOG's directions and SIFT's keypoints in your picture, and what they are worth"
        " beside learned features.",
        terms=("HOG", "SIFT", "keypoint", "descriptor", "gradient histogram"),
        group=LEARNING,
        uses_picture=True,
    ),
    Page(
        "learning/three_ideas.py",
        "three_ideas",
        "Three ideas, switched",
        ":material/toggle_on:",
        about="Switch local fields, shared weights and pooling; watch networks learn, and overfit.",
        terms=("local receptive field", "weight sharing", "pooling", "overfitting", "parameters"),
        group=LEARNING,
    ),
    Page(
        "learning/tricks.py",
        "tricks",
        "Tricks of learning",
        ":material/auto_fix_high:",
        about="Try dropout, batch norm, response norm, augmentation, momentum and Adam one by one.",
        terms=("dropout", "batch normalisation", "LRN", "augmentation", "momentum", "Adam"),
        group=LEARNING,
        uses_picture=True,
        first_picture="cat",
        thumbnail="tricks-card.webp",
        on_home="See why networks learn: the tricks one by one, the data, gradients that vanish.",
    ),
    Page(
        "learning/in_the_browser.py",
        "in_the_browser",
        "Training in your browser",
        ":material/web:",
        about="Train a small network in this browser alone: pause it, take single steps, change the"
        " learning rate.",
        terms=("ConvNetJS", "JavaScript", "gradient descent", "epoch", "mini-batch", "Adam"),
        group=LEARNING,
        menu="In your browser",
    ),
    Page(
        "learning/without_labels.py",
        "without_labels",
        "Filters without labels",
        ":material/bubble_chart:",
        about="Let k-means find filters in patches, stack two such layers, and see what they are"
        " worth.",
        terms=("k-means", "centroids", "whitening", "greedy layer-wise training", "unsupervised"),
        group=LEARNING,
    ),
    Page(
        "learning/vanishing.py",
        "vanishing",
        "Vanishing and exploding gradients",
        ":material/trending_down:",
        about="Send a gradient back through 24 layers: start, batch norm and skips side by side.",
        terms=("vanishing gradient", "exploding gradient", "He initialisation", "skip connection"),
        group=LEARNING,
        menu="Vanishing gradients",
    ),
    Page(
        "learning/landscape.py",
        "landscape",
        "The loss landscape",
        ":material/landscape:",
        about="Walk around in the loss of a network with skips and of one without, and follow a run"
        " on it.",
        terms=("loss surface", "filter normalisation", "residual", "skip connection", "PCA"),
        group=LEARNING,
    ),
    Page(
        "train.py",
        "train",
        "Train",
        ":material/model_training:",
        about="Train a small network on real data and watch it learn.",
        thumbnail="train-card.webp",
        on_home="Let a network learn its own kernels, watch them form, and rewind the training.",
    ),
    Page(
        "race.py",
        "race",
        "Race",
        ":material/flag:",
        about="Compare two to six runs that differ in one setting, on one chart.",
        thumbnail="race-card.webp",
        on_home="Compare two to six runs that differ in one setting, on one chart.",
    ),
    Page(
        "inside.py",
        "inside",
        "Look inside",
        ":material/troubleshoot:",
        about="See the learned filters, feature maps and class activation maps of a trained"
        " network.",
        uses_picture=True,
        thumbnail="inside-card.webp",
        on_home="See what a trained network learned: filters, feature maps, class activation maps.",
    ),
    Page(
        "real_networks.py",
        "real-networks",
        "Real networks",
        ":material/public:",
        about="Ask a network trained on a million photos what it sees in yours, and where.",
        group=NETWORKS,
        uses_picture=True,
        first_picture="coffee",
        thumbnail="real-networks-card.webp",
        on_home="See what a network trained on a million photos finds in yours, and how networks"
        " came about.",
    ),
    Page(
        "own_classes.py",
        "own-classes",
        "Your own classes",
        ":material/add_photo_alternate:",
        about="Teach a trained network classes of your own with a few pictures of each.",
        terms=("transfer learning", "features", "linear classifier", "fine-tuning"),
        group=NETWORKS,
        uses_picture=True,
        first_picture="cat",
    ),
    Page(
        "trust.py",
        "trust",
        "How far to trust a map",
        ":material/balance:",
        about="Test a map of evidence: forget what was learned, cover what it marks, change the"
        " picture, draw the true box.",
        terms=(
            "sanity check",
            "deletion",
            "insertion",
            "adversarial example",
            "illumination",
            "weakly supervised localisation",
            "IoU",
            "shortcut",
        ),
        group=NETWORKS,
        uses_picture=True,
        first_picture="coffee",
        menu="Trust a map",
    ),
    Page(
        "pictures_out/vision_tasks.py",
        "vision_tasks",
        "What can be asked of a picture",
        ":material/quiz:",
        about="Move digits in a scene and see its label, boxes, masks, count and sentence change.",
        terms=(
            "vision problem",
            "classification",
            "localisation",
            "object detection",
            "instance segmentation",
            "average precision",
            "image captioning",
            "3-D detection",
        ),
        group=PICTURES_OUT,
        menu="Tasks of vision",
    ),
    Page(
        "pictures_out/segmentation.py",
        "segmentation",
        "A class for every pixel",
        ":material/grid_view:",
        about="Drag digits in a scene: a U-Net names every pixel, with its skips and without them.",
        terms=(
            "structured output",
            "semantic segmentation",
            "U-Net",
            "encoder and decoder",
            "skip connection",
            "intersection over union",
        ),
        group=PICTURES_OUT,
        uses_picture=True,
        thumbnail="segmentation-card.webp",
        on_home="Networks that give a picture back: a class for every pixel, noise taken off.",
    ),
    Page(
        "pictures_out/denoising.py",
        "denoising",
        "Undo",
        ":material/healing:",
        about="Draw on a picture or add noise, and see a network take it off while you draw.",
        terms=("denoising", "autoencoder", "cross-hair", "inpainting", "PSNR", "U-Net"),
        group=PICTURES_OUT,
    ),
    Page(
        "pictures_out/colourisation.py",
        "colourisation",
        "Colour a grey picture",
        ":material/palette:",
        about="See a network colour grey pictures: brown by a squared error, bright by classes of"
        " colour.",
        terms=("colourisation", "colorization", "classification", "softmax", "grey", "ambiguous"),
        group=PICTURES_OUT,
        uses_picture=True,
        first_picture="cat",
        menu="Colour",
    ),
    Page(
        "pictures_out/bottleneck.py",
        "bottleneck",
        "Through the bottleneck",
        ":material/filter_alt:",
        about="Squeeze pictures through 2 to 128 numbers, and walk a plane that becomes pictures.",
        terms=("autoencoder", "reconstruction", "latent space", "VAE", "unpooling", "generative"),
        group=PICTURES_OUT,
        menu="Bottleneck",
    ),
    Page(
        "pictures_out/gan.py",
        "invent",
        "Invent",
        ":material/casino:",
        about="Watch a generator and a discriminator learn from each other; walk between two"
        " digits that never were.",
        terms=("GAN", "DCGAN", "generator", "discriminator", "mode collapse", "latent vector"),
        group=PICTURES_OUT,
    ),
)
FORMER_URLS = {page.former_url: page.url for page in PAGES if page.former_url}
TOPICS = tuple(page for page in PAGES if page.group == LAB and page.url != "tour")


def page_at(url: str) -> Page:
    """Find a page, for instance to link to it.

    >>> page_at("step").script
    '../pages/step.py'

    Args:
        url: Its address below the app's own.

    Raises:
        KeyError: There is no such page.
    """
    return _AT[url]


_AT = {page.url: page for page in PAGES}

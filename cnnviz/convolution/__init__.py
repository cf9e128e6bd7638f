"""The arithmetic of sliding windows, in NumPy: sizes, correlation, pooling, and their traces."""

from cnnviz.convolution.arithmetic import correlate2d, transposed2d
from cnnviz.convolution.counting import (
    ParameterCount,
    conv_connections,
    conv_parameters,
    conv_shape,
    linear_parameters,
)
from cnnviz.convolution.examples import (
    LectureExample,
    lecture_case,
    lecture_examples,
    lecture_source,
)
from cnnviz.convolution.formulas import FormulaPart
from cnnviz.convolution.geometry import (
    ConvolutionError,
    OutputSize,
    Padding,
    ReceptiveField,
    WindowLayer,
    output_size,
    receptive_fields,
    transposed_size,
)
from cnnviz.convolution.gradients import (
    Flow,
    Gradients,
    backward,
    finite_differences,
    flow,
)
from cnnviz.convolution.matrix import as_matrix
from cnnviz.convolution.pooling import median2d, pool2d
from cnnviz.convolution.stacks import (
    StackLayer,
    cells_seen,
    format_stack,
    layer_reads,
    parse_stack,
    stack_sizes,
)
from cnnviz.convolution.trace import Trace, trace, trace_pool, trace_transposed

__all__ = [
    "ConvolutionError",
    "Flow",
    "FormulaPart",
    "Gradients",
    "LectureExample",
    "OutputSize",
    "Padding",
    "ParameterCount",
    "ReceptiveField",
    "StackLayer",
    "Trace",
    "WindowLayer",
    "as_matrix",
    "backward",
    "cells_seen",
    "conv_connections",
    "conv_parameters",
    "conv_shape",
    "correlate2d",
    "finite_differences",
    "flow",
    "format_stack",
    "layer_reads",
    "lecture_case",
    "lecture_examples",
    "lecture_source",
    "linear_parameters",
    "median2d",
    "output_size",
    "parse_stack",
    "pool2d",
    "receptive_fields",
    "stack_sizes",
    "trace",
    "trace_pool",
    "trace_transposed",
    "transposed2d",
    "transposed_size",
]

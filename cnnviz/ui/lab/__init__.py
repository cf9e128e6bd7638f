"""The rooms of the convolution lab's pages."""

"""What single pages train, each an experiment of its own, beside the loop that trains runs."""

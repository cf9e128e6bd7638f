"""The room of the timeline: what happened when, ImageNet, and what the lectures say of it."""

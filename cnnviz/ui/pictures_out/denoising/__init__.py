"""The room of the page that takes off what spoiled a picture."""

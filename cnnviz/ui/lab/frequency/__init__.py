"""What only the page The frequency domain uses."""

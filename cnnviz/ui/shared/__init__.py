"""What two pages use, and the header of all."""

"""What a person does on the board with mouse, finger and keys: one gesture, one class."""

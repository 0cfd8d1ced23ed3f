"""ボード: painting, the scene that shows the board of a file, and the gestures that arrange it."""

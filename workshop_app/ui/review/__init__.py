"""The 整理 page: what clashes, side by side, until a person settles it."""

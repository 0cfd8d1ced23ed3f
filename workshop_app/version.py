"""Name and version."""

__version__ = "0.1.0"
APP_NAME = "市民ワークショップ意見集約"

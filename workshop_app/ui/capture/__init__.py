"""The 記録 page and its parts; the note list is shared with 一覧."""

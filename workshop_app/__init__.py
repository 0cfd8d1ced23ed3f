"""市民ワークショップ意見集約: record, merge and report the opinions of citizen workshops."""

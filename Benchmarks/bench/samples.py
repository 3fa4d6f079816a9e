"""What is said of many samples."""


def percentile(values, share):
    """The sample that this share of all is below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

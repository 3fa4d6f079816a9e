"""The benchmark's parts: the processes it runs, what it measures of them, and the page it writes."""

"""From a snapshot to what others read: metrics, web pages, records."""

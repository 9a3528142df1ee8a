"""Reports shows a partnership what ends when; it may import funding, the directory, geography and below."""

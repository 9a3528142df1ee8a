"""Exchange reads what others publish and writes what others read; it may import funding, the directory and below."""

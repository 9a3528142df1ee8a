"""Search finds services by words, need and area; it may import funding, the directory, geography and below."""

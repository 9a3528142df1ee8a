"""What people type, one form for each noun; may import every room below."""

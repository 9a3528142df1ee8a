"""The house rules: each reads the house, says what breaks it in plain sentences, and catches the faults planted for it."""

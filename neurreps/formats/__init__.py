"""How dates are entered, where Django’s own ways could be misread."""

"""What the chapters stand on: their claims, their explorers and the checks of their exercises.

The pages themselves are notebooks under ``book/chapters``; nothing below this package imports it.
"""

"""The chapter "Backpropagation": its worked example, its explorers and the checks of its exercises."""

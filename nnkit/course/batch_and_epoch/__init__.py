"""The chapter "Batch and epoch": its explorers, measurements, tasks and checks of exercises."""

"""The chapters of the main job, in the order of their telling."""

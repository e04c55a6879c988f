"""Recipes: the rooms are introduced to each other here, and nowhere else."""

"""Issuing to a whole program at once, in the background.

A *batch* is the list of people who qualified when somebody asked; each *item* goes from waiting to issued
to printed. What was done stands in its rows alone, so whoever dies is followed by somebody who goes on.
"""

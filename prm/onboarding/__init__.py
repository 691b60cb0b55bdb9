"""Onboarding: what has to be done before a partnership is active.

Template: the vendor's list of milestones, in versions. Plan: one partnership's, made from the template
in force when its onboarding began. Milestone: met by itself, read from what else is recorded (agreement,
people, certificates), or ticked by its owner: the vendor's side or the partner's.
"""

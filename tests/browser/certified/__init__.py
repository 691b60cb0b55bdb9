"""The chapters of test_certified_journey.py."""

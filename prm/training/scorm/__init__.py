"""SCORM packages as files: what a manifest says, in the editions 1.2 and 2004 (2nd to 4th).

Plain values, no database. Sources: SCORM 1.2 CAM and RTE (2001), SCORM 2004 3rd Edition CAM, RTE and
SN (2006), 4th Edition (2009), IMS Content Packaging 1.1.4, IMS Simple Sequencing 1.0.
"""

"""Training: courses, assignments, progress, quizzes, completions.

Course (versioned) → lessons and a quiz (pass mark, attempts). Assignment: a course due by a date,
for one person or for everybody of a partnership. Enrolment: one person in one course version.
Attempt: one submission of the quiz. Completion: of a course version, with score.
"""

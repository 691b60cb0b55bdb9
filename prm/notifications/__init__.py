"""Notifications: what happened or comes up, told to whom it concerns, in the portal and by mail.

A *notification* is a row of one person about one event, written in the transaction of the event. Its
*kind* says what happened; its *facts* are frozen, its words are made when it is read, in the reader's
language. A *preference* says, by kind, whether it shows in the portal and when it goes by mail: not at
all, with the *digest* of the person's next morning, or at once. A *reminder* is a notification that a
date makes due, once for each *threshold* (so many days ahead) that the vendor's *plan* names.
"""

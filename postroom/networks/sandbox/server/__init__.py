"""The sandbox itself: a whole network in one small process, with a file of its own and nothing of Postroom's database.

Belongs here: accounts, sign-in and consent, publishing in every style, engagement, a timeline, trouble on demand.
Doesn't: a word of the adapter one floor up, which knows this server only by HTTP, as it would a stranger's.
"""

# An older build's log with its colours, search, and the way back.
size 80x24
keys j j j Enter
screen log-failed
keys / 
type error
keys Enter
screen log-search
keys n
screen log-next
keys w q
screen log-left
# The steps of the failed build: the cursor is at the one that failed.
keys t
screen log-failed-steps

# Filters, releases, and what is shown when nothing is found.
size 80x24
keys /
type fail
screen lists-filter-typing
keys Enter
screen lists-filter
keys Esc
screen lists-filter-left
keys /
type nothing like this
screen lists-filter-empty
keys Esc 2
screen lists-releases
keys j d
screen lists-diff
keys q k d
screen lists-diff-newer
keys Enter
# What cannot be done says why, and what to do instead.
keys j P
screen lists-promote-active
keys j P
screen lists-promote-older
keys !
screen lists-error
keys Esc 1 j X
screen lists-cancel-complete

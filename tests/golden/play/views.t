# A log of long lines, colours, progress lines and a gap: cut and wrapped, sideways, from the top.
size 80x24
keys j j j j Enter
screen views-cut
keys $
screen views-right
keys 0 g
screen views-top
keys w
screen views-wrapped
keys G
screen views-wrapped-end
keys w A
screen views-plain
# A search goes on around the end; a pattern that is not one yet; Esc goes back.
keys A /
type file[3
screen views-search-typing
type 4]\.o
keys Enter
screen views-search
keys N
screen views-search-around
keys Esc
screen views-search-left
keys /
type nowhere
screen views-search-missing
keys Esc
# The steps of the build; a step's log; back to the whole log.
keys i
screen views-steps
keys j Space
screen views-steps-unfolded
keys a s
screen views-steps-sorted
keys Enter
screen views-step-log
keys [
screen views-step-before
keys Esc
screen views-step-left

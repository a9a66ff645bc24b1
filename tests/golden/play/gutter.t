# Beside the lines: numbers where the pane fills the screen, times, marks, errors, the map.
size 80x24
keys j j j Enter
screen gutter-plain
keys t
screen gutter-relative
keys t z
screen gutter-absolute
keys t e
screen gutter-error
keys M
screen gutter-marks
keys #
screen gutter-no-numbers
keys Esc / 
type built?
keys Enter
screen gutter-map
# A line that overwrites itself shows its last state, and all of them when asked to.
keys Esc q 1 j Enter
screen gutter-folded
keys Enter
screen gutter-unfolded
keys w
screen gutter-unfolded-wrapped

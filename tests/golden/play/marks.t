# Marks, orders, and the difference of any two releases.
size 80x24
keys 2 Space Space
screen marks-two
keys d
screen marks-diff
keys r
screen marks-diff-revealed
keys r u
screen marks-diff-unchanged
keys q u
screen marks-none
keys * d
screen marks-three
keys u r s
screen marks-ordered
# Builds with each other, as far as they have releases.
keys 1 s s
screen marks-builds-by-time
keys Space d
screen marks-build-without-release
# One mark is compared with the row.
keys u 2 G Space k g d
size 120x40
screen marks-one-120x40

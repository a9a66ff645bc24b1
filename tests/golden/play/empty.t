# Where nothing is yet, or nothing matches, it is said what to press.
keys /
type nosuch
keys Enter
screen empty-filtered
keys Esc
sql UPDATE apps SET release = ''
sql DELETE FROM releases
sql DELETE FROM builds
wait no builds yet
screen empty-builds
keys P
screen empty-promote
keys 2
screen empty-releases

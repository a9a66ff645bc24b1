# Steps in time: the strip, the critical path, and against an earlier build.
size 120x40
keys 3 z
screen gantt-120x40
keys c
screen gantt-critical
keys c z 1 j t z d
screen gantt-compared
keys s s
screen gantt-slower
size 200x60
screen gantt-200x60
keys z
size 80x24
screen gantt-80x24
keys d
screen gantt-80x24-alone

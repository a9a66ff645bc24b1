# All of a row: a build that is complete, one that failed, a release; a manifest; an id to the clipboard.
size 80x24
keys j i
wait status
screen info-build
keys Esc j j i
wait status
screen info-failed
keys Esc m
wait services
screen info-manifest
keys Esc 2 j i
wait release
screen info-release
size 120x40
screen info-release-120x40
keys Esc y
screen info-copied

# Only the lines of a log that match, with lines around them, and back to the same line.
size 80x24
lines BHGTPLKMNBV 3000
keys j Enter z &
type number 1[0-9]*7 of
screen filter-typing
keys Enter g
screen filter-top
keys } )
screen filter-around
keys { 
screen filter-less
keys ^D ^D / 
type 117
keys Enter
screen filter-search
keys e
screen filter-no-error
keys Esc
screen filter-search-left
keys Esc
screen filter-left
log BHGTPLKMNBV line number 17 of another kind
keys & 
type kind
keys Enter
screen filter-end
log BHGTPLKMNBV line number 18 of another kind
screen filter-grown
keys & Backspace Backspace Backspace Backspace
type [
screen filter-no-pattern
keys Esc
screen filter-gone

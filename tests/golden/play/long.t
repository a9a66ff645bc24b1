# A long log: its end at once, exact numbers of its lines, search from the end and around it.
size 80x24
lines BHGTPLKMNBV 60000
keys j Enter
screen long-end
keys k k
screen long-above
keys / 
type number 5[0-9]999
keys Enter
screen long-search
keys N
screen long-search-back
keys g
screen long-top
keys Esc G
screen long-bottom

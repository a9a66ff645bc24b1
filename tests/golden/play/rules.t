# Rules of the user colour what they match; the first rule over the others, a search over all.
size 80x24
settings highlight: {'\bdownload(ing|ed)?\b': add, 'npm.*': dim, '[0-9.]+/[0-9.]+ MB': strong, 'psycopg': error}
keys Enter z
screen rules-merged
keys /
type psyco
keys Enter
screen rules-search
keys Esc &
type downloading
keys Enter } g
screen rules-filter
keys Esc g $
screen rules-sideways

# A terminal without UTF-8.
ascii
size 100x30
screen ascii-100x30
keys ?
screen ascii-help

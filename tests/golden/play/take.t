# Lines are selected, copied, saved.
size 80x24
keys j Enter z g y
screen take-one
keys V j j
screen take-selecting
keys y
screen take-copied
keys V G k k M
screen take-marked
keys Esc y
screen take-mark-copied
keys s
screen take-save
keys Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace
type /nowhere/x
keys Enter
wait cannot write
screen take-not-saved
keys o
screen take-opened

# The dialogs; none of them confirms by Enter.
size 80x24
keys ?
screen dialog-help
keys q j P
screen dialog-promote
keys Enter
screen dialog-promote-entered
keys R
screen dialog-rollback
keys Esc k X
screen dialog-cancel
keys n B
screen dialog-build
keys Esc
paste Py
screen paste-ignored

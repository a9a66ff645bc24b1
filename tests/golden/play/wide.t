# Dialogs on larger screens.
size 120x40
keys j P
screen wide-promote-120x40
keys Esc B
screen wide-build-120x40
keys Tab
type a new try
keys Tab Tab Space
screen wide-build-filled
keys Tab Enter
size 200x60
keys P
screen wide-promote-200x60
keys n R
screen wide-rollback-200x60
keys q ?
screen wide-help-200x60
keys ?
screen wide-help-all
keys q k X
screen wide-cancel-200x60

# Jobs: the list, one of them live, cancelling, leaving while some run.
size 80x24
keys J
screen jobs-none
job 318000000 512000000 exporting BHGTPLKMNBV
job 0 0 promoting RHJKLQWERTY
screen jobs-two
keys j Enter
screen jobs-one
keys y
wait /canceled
screen jobs-canceled
keys Enter
size 120x40
screen jobs-120x40
keys Q
screen jobs-quit
keys Enter
keys q
screen jobs-closed
keys Q y
ended

# Creating an app, and deleting it once its name is typed; both by the words of the subcommands.
keys :
type apps create
keys Enter
screen apps-create
type Shop
keys ^S
wait cannot contain Uppercase
keys :
type apps create shop
keys Enter
keys ^S
wait app shop is created
keys :
type apps delete shop
keys Enter
screen apps-delete
keys y Enter ^U
type shop
keys ^S
wait app shop is deleted
keys :
type apps delete
keys Enter
wait Delete local / web
type web
keys ^S
wait has a running build

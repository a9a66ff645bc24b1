# Logins of registries: none; added with a password that is not shown; removed after a yes.
keys a
wait without a login
screen registries-none
keys a
screen registries-form
type registry.example.com:5000
keys ^S
wait server, user and password are needed
keys Tab
type ci
keys Tab
type hunter2
screen registries-typed
keys ^S
wait the login of registry.example.com:5000 is kept
wait > registry.example.com:5000
screen registries-one
keys x
screen registries-remove
keys Enter
keys x y
wait is removed
wait without a login
keys Esc

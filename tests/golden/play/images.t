# The images of the rack: sizes, releases that hold them; what goes is shown before it does.
keys b
wait GB
screen images-80x24
keys s
wait sort:size
screen images-by-size
size 200x60
screen images-200x60
size 80x24
keys U
wait nothing to remove
screen prune-nothing
keys Esc
sql INSERT INTO params (scope, name, value) VALUES ('app/web', 'KeepBuilds', '1')
keys U
wait y remove them
screen prune-preview
keys y
wait removed 3 builds

# On a protected rack the name of what is cleared is typed first.
protected
keys C y ^S
wait type web first
screen cache-protected
keys Esc U
wait nothing to remove
keys Esc
sql INSERT INTO params (scope, name, value) VALUES ('app/web', 'KeepBuilds', '1')
keys U
wait protected: type local
type local
wait ^S remove them
keys ^S
wait removed 3 builds

# A protected rack: the app's name is typed, Enter is no yes, letters are text.
protected
keys j P
screen protected-asked
keys y ^S
screen protected-not-typed
type eb
keys ^A Del w Enter
screen protected-typed
keys ^S
wait RHJKLQWERTY is active now

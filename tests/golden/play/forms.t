# Forms: build, deploy, export, import; what is wrong with them is told in them.
size 80x24
keys D
screen forms-deploy
keys Tab
type main
keys ^S
screen forms-deploy-reference
keys ^U Tab Tab Tab
paste A=1,2,TOKEN=hunter2
keys Tab Space
screen forms-deploy-args
keys Esc j E
screen forms-export
size 60x15
screen forms-export-60x15
keys ^U
type /nonexistent/web.tgz
keys ^S
wait xfailed
screen forms-export-failed
keys Enter I
screen forms-import
type /nonexistent/web.tgz
keys ^S
wait xfailed
keys Enter B
screen forms-build-60x15

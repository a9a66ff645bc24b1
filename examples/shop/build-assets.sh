# Pretends to bundle a web front end: one line for each module, at the pace of $PACE seconds.
src=$1 out=$2
mkdir -p "$out"
i=0
for part in cart catalog checkout login orders search; do
	for module in index view model style test; do
		i=$((i + 1))
		printf '\033[32m✓\033[0m %2d/30  %s/%s  %d.%d kB\n' $i $part $module $((i * 7 % 40)) $((i % 10))
		sleep "${PACE:-0.1}"
	done
	[ $part != login ] || printf '\033[33mwarning:\033[0m login/model: "rememberMe" is never read\n'
done
cp -r "$src"/. "$out"
echo "bundled $i modules into $out"

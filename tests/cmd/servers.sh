# SPDX-License-Identifier: MIT
# Servers of a test's own, on 127.0.0.1, which end with it: sshd, with ssh for it; git's over HTTP. After lib.sh.

# sshd at $port, whose files are in $keys. "ssh" is the real program with a configuration that is not the
# user's, in which the server is also "box".
rd_sshd_start() {
	keys=$tmp/keys
	mkdir -p "$keys" "$tmp/bin" /run/sshd && chmod 700 "$keys"
	ssh-keygen -q -t ed25519 -N '' -f "$keys/host" && ssh-keygen -q -t ed25519 -N '' -f "$keys/me" || exit 1
	cp "$keys/me.pub" "$keys/authorized"
	for rd_try in 1 2 3 4 5; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
		cat >"$keys/sshd_config" <<C
Port $port
ListenAddress 127.0.0.1
HostKey $keys/host
AuthorizedKeysFile $keys/authorized
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
PidFile none
C
		setpriv --pdeathsig KILL "$(command -v sshd || echo /usr/sbin/sshd)" -D -e -f "$keys/sshd_config" \
			2>"$keys/sshd.log" &
		sshd=$!
		rd_wait 60 rd_sshd_over
		! rd_sshd_up || break
	done
	rd_sshd_up || { echo "Bail out! no sshd: $(cat "$keys/sshd.log") ($rd_try tries)"; exit 1; }
	cat >"$keys/config" <<C
Host box
  HostName 127.0.0.1
  Port $port
  User $(id -un)
Host *
  IdentityFile $keys/me
  IdentitiesOnly yes
  UserKnownHostsFile $keys/known
  GlobalKnownHostsFile none
C
	printf '#!/bin/sh\nexec %s -F "%s" "$@"\n' "$(command -v ssh)" "$keys/config" >"$tmp/bin/ssh"
	chmod +x "$tmp/bin/ssh"
	PATH=$tmp/bin:$PATH
	export PATH
}
rd_sshd_up() { grep -qs "Server listening" "$keys/sshd.log"; }
rd_sshd_over() { rd_sshd_up || rd_pid_gone "$sshd"; }

# The user knows the server's key from now on.
rd_sshd_known() {
	printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$keys/host.pub")" >"$keys/known"
}

# What busybox httpd (-h $tmp/www -c $tmp/httpd.conf) needs to serve $tmp/repos as /cgi-bin/git, to me:hunter22.
rd_git_www() {
	mkdir -p "$tmp/www/cgi-bin"
	cat >"$tmp/www/cgi-bin/git" <<C
#!/bin/sh
PATH='$PATH' GIT_PROJECT_ROOT='$tmp/repos' GIT_HTTP_EXPORT_ALL=1
export PATH GIT_PROJECT_ROOT GIT_HTTP_EXPORT_ALL
exec git http-backend
C
	chmod +x "$tmp/www/cgi-bin/git"
	echo '/cgi-bin:me:hunter22' >"$tmp/httpd.conf"
}

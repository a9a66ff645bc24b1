/* SPDX-License-Identifier: MIT */
/*
 * What docker's own client sends of a folder, beside what we pack of it.
 *   context_tool CLIENT DIR CASES SEED [new]
 *       makes a tree in DIR, and for each case a .dockerignore of random patterns; compares the entries
 *       (name, type, mode, link, size) that `CLIENT build` sends to a socket in DIR with those of
 *       rd_pack. Prints "same N, refused M, different 0"; else what differs, and ends with status 1.
 *       With "new" the patterns are also such as clients before 23 read otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/spawn.h"
#include "core/io/pack.h"
#include "core/io/tar.h"

#define WAIT_MS 30000

static const char *client, *dir;
static int listener = -1;
static uint64_t state;
static bool is_new;

static void die(const char *what, const rd_err *err)
{
	fprintf(stderr, "context_tool: %s: %s %s\n", what, err ? err->ctx : strerror(errno),
		err ? err->msg : "");
	exit(2);
}

/* ---- the tree and its patterns ---- */

/* A small generator: the same on every machine. */
static size_t pick(size_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(state >> 33) % n;
}

static const char *const names[] = {"a", "b", "ab", "a.b", "b.c", "x y", "\xc3\xa4", "src", "lib",
	"docs", "README.md", "main.go", ".env", ".git", "#c", "!d", "[e]", "f*", "a-b", "\\g"};

static void make_level(const char *path, int depth)
{
	for (size_t i = 0; i < RD_LEN(names); i++) {
		RD_AUTOFREE char *one = rd_path_join(path, names[i]);
		size_t kind = pick(depth > 2 ? 6 : 9);

		if (!one)
			die("memory", NULL);
		if (kind < 3)
			continue;
		if (kind == 5) {
			/* Not to the later names: a pax target all of which is not ASCII is lost
			 * by libarchive. */
			if (symlink(names[pick(6)], one) < 0)
				die(one, NULL);
		} else if (kind < 6) {
			if (rd_file_write(one, names[i], strlen(names[i]), NULL))
				die(one, NULL);
		} else {
			if (mkdir(one, 0755) < 0)
				die(one, NULL);
			make_level(one, depth + 1 + (kind > 6));
		}
	}
}

/* What every version of moby reads alike; and what those before 23 read otherwise. */
static const char *const globs[] = {"*", "**", "?", "a*", "*.md", "*b", "[ab]", "[a-c]*", "[^a]",
	"*.b", "\\#c", "\\!d", "\\[e\\]", "f\\*", "[!a]", "src*", "?b", ".*", "..", ".", "\\\\g",
	"{a,b}"};
static const char *const new_globs[] = {
	"**b", "a**", "**.c", "**?", "a**b", "(a)", "a+", "^a", "a$"};

static void put_name(rd_str *out, bool is_plain)
{
	/* the last name is no pattern */
	if (is_plain || pick(2))
		rd_str_put(out, names[pick(RD_LEN(names) - 1)]);
	else if (is_new && pick(2))
		rd_str_put(out, new_globs[pick(RD_LEN(new_globs))]);
	else
		rd_str_put(out, globs[pick(RD_LEN(globs))]);
}

static void put_pattern(rd_str *out, bool may_take_back)
{
	static const char *const before[] = {"", "", "", "", "", "", "!", "!", "!", "/", "!/", "./",
		" ", "! ", "\t", "#", " #", "**/", "!**/", "../", "//"};
	static const char *const after[] = {"", "", "", "", "", "", "", "/", "/**", "/*", " ",
		"\t ", "//", "/.", "/..", "\xc2\xa0"};
	static const char *const ends[] = {"\n", "\n", "\n", "\n", "\r\n", "\n\n"};
	size_t n = 1 + pick(3);

	const char *first = before[pick(RD_LEN(before))];

	rd_str_put(out, is_new || !strchr(first, '!') || (may_take_back && !strchr(first, '*'))
				? first
				: "");
	for (size_t i = 0; i < n; i++) {
		if (i)
			rd_str_put(out, pick(12) ? "/" : "//");
		put_name(out, *first == '!' && !is_new);
	}
	rd_str_put(out, after[pick(RD_LEN(after))]);
	rd_str_put(out, ends[pick(RD_LEN(ends))]);
}

static void put_patterns(rd_str *out)
{
	size_t n = pick(7);
	bool is_after_all = false;

	if (!pick(8))
		rd_str_put(out, "\xef\xbb\xbf");
	/* Clients before 23 let '!a' undo 'a/b', too; not where 'a' was left out before. They
	 * know fewer wildcards behind a '!'. */
	if (pick(2)) {
		rd_str_put(out, "*\n");
		is_after_all = true;
	}
	for (size_t i = 0; i < n; i++)
		put_pattern(out, is_new || is_after_all);
}

/* ---- listing a tar ---- */

static rd_code list(rd_reader *in, rd_strs *ret_lines, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_code code = rd_tar_open(in, &t, err);

	while (!code && !(code = rd_tar_next(t, &e, err)) && e) {
		RD_STR_AUTO rd_str line = RD_STR_INIT(0);
		size_t n = strlen(e->path);

		rd_str_putn(&line, e->path, n - (n > 1 && e->path[n - 1] == '/'));
		rd_str_printf(&line, " %d %o %s %llu", e->type, e->mode & 07777,
			rd_or_empty(e->link), (unsigned long long)e->size);
		rd_strs_add(ret_lines, rd_str_get(&line));
	}
	rd_tar_close(t);
	return code;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(rd_strs *l)
{
	if (l->len)
		qsort(l->items, l->len, sizeof *l->items, by_text);
}

static rd_code list_ours(const char *tree, rd_strs *ret_lines, rd_err *err)
{
	rd_strs keep = {0};
	const rd_pack_opts opts = {.dir = tree, .keep = &keep};
	rd_reader *r = NULL;
	rd_code code;

	rd_strs_add(&keep, "Dockerfile");
	rd_strs_add(&keep, ".dockerignore");
	code = rd_pack_open(&opts, &r, err);
	if (!code)
		code = list(r, ret_lines, err);
	rd_reader_close(r);
	rd_strs_done(&keep);
	return code;
}

/* ---- an engine that only listens ---- */

static void open_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	snprintf(name.sun_path, sizeof name.sun_path, "%s/sock", dir);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) < 0 ||
		listen(listener, 8) < 0)
		die(name.sun_path, NULL);
}

static bool receive(int fd, rd_str *out)
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof buf);

	if (n > 0)
		rd_str_putn(out, buf, (size_t)n);
	return n > 0;
}

/* The chunks of a body that begins at `at`, put together. */
static void take_body(int fd, rd_str *in, size_t at, rd_str *body)
{
	for (;;) {
		char *line = in->data + at, *end = strstr(line, "\r\n");
		size_t size;

		if (!end || in->len - at < strtoul(line, NULL, 16) + (size_t)(end - line) + 4) {
			if (!receive(fd, in))
				return;
			continue;
		}
		size = strtoul(line, NULL, 16);
		if (!size)
			return;
		rd_str_putn(body, end + 2, size);
		at += (size_t)(end - line) + size + 4;
	}
}

static void serve(int fd, rd_str *body)
{
	static const char reply[] =
		"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nServer: test\r\n"
		"Content-Length: 2\r\nConnection: close\r\n\r\n{}";
	RD_STR_AUTO rd_str in = RD_STR_INIT(0);

	while (!strstr(rd_str_get(&in), "\r\n\r\n"))
		if (!receive(fd, &in))
			break;
	if (strstr(rd_str_get(&in), "/build?"))
		take_body(fd, &in, (size_t)(strstr(in.data, "\r\n\r\n") + 4 - in.data), body);
	rd_write_all(fd, reply, sizeof reply - 1, NULL);
}

/* *body stays empty if the client refuses to send anything. */
static void ask_client(const char *tree, rd_str *body)
{
	RD_AUTOFREE char *config = rd_path_join(dir, "config");
	RD_STR_AUTO rd_str host = RD_STR_INIT(0);
	const char *const argv[] = {"env", "DOCKER_BUILDKIT=0", "docker", "--config", config, "-H",
		rd_str_get(&host), "build", "-q", tree, NULL};
	const char *copy[RD_LEN(argv)];
	const rd_spawn_opts opts = {.argv = copy};
	pid_t pid;
	rd_err err = {0};
	struct pollfd fds[2];
	int status;

	rd_str_printf(&host, "unix://%s/sock", dir);
	memcpy(copy, argv, sizeof argv);
	copy[2] = client;
	copy[6] = rd_str_get(&host);
	if (rd_spawn(&opts, &pid, &err))
		die(client, &err);
	fds[0] = (struct pollfd){listener, POLLIN, 0};
	fds[1] = (struct pollfd){pidfd_open(pid, 0), POLLIN, 0};
	while (poll(fds, 2, WAIT_MS) > 0 && !(fds[1].revents && !fds[0].revents)) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			die("accept", NULL);
		serve(fd, body);
		close(fd);
	}
	close(fds[1].fd);
	if (rd_spawn_wait(pid, &status, &err))
		die(client, &err);
}

/* ---- comparing ---- */

static void show(const char *whose, const rd_strs *l, const rd_strs *other)
{
	for (size_t i = 0; i < l->len; i++)
		if (!rd_strs_has(other, l->items[i]))
			printf("only %s: %s\n", whose, l->items[i]);
}

static bool are_equal(const rd_strs *a, const rd_strs *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

/* @returns whether both say the same. */
static bool compare(const char *tree, const rd_str *patterns, bool *ret_refused)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_strs ours = {0}, theirs = {0};
	rd_reader *r = NULL;
	rd_err err = {0}, why = {0};
	rd_code code;
	bool same;

	ask_client(tree, &body);
	*ret_refused = !body.len;
	code = list_ours(tree, &ours, &why);
	if (body.len && (rd_reader_mem(body.data, body.len, &r, &err) || list(r, &theirs, &err)))
		die("the client's tar", &err);
	rd_reader_close(r);
	sort(&ours);
	sort(&theirs);
	same = *ret_refused ? code == RD_EPARSE : !code && are_equal(&ours, &theirs);
	if (!same) {
		printf("---- .dockerignore\n%s----\nclient: %s, we: %s %s\n", rd_str_get(patterns),
			body.len ? "sends" : "refuses", code ? why.ctx : "send", why.msg);
		show("theirs", &theirs, &ours);
		show("ours", &ours, &theirs);
	}
	rd_strs_done(&ours);
	rd_strs_done(&theirs);
	return same;
}

int main(int argc, char **argv)
{
	unsigned long long cases = 0, same = 0, refused = 0, wrong = 0;
	RD_AUTOFREE char *tree = NULL;
	RD_AUTOFREE char *file = NULL;
	RD_STR_AUTO rd_str patterns = RD_STR_INIT(0);

	if (argc < 5 || rd_parse_u64(argv[3], &cases, NULL)) {
		fprintf(stderr, "usage: context_tool CLIENT DIR CASES SEED [new]\n");
		return 2;
	}
	client = argv[1];
	dir = argv[2];
	is_new = argc > 5;
	state = strtoull(argv[4], NULL, 10);
	tree = rd_path_join(dir, "tree");
	file = rd_path_join(dir, "tree/.dockerignore");
	if (!tree || !file || rd_mkdirs(tree, NULL))
		die(dir, NULL);
	make_level(tree, 0);
	open_socket();
	for (unsigned long long i = 0; i < cases; i++) {
		RD_AUTOFREE char *dockerfile = rd_path_join(tree, "Dockerfile");
		bool is_refused;

		rd_str_clear(&patterns);
		put_patterns(&patterns);
		if (!dockerfile || rd_file_write(dockerfile, "FROM scratch\n", 13, NULL) ||
			rd_file_write(file, rd_str_get(&patterns), patterns.len, NULL))
			die(file, NULL);
		if (!compare(tree, &patterns, &is_refused))
			wrong++;
		else if (is_refused)
			refused++;
		else
			same++;
	}
	printf("same %llu, refused %llu, different %llu\n", same, refused, wrong);
	return wrong != 0;
}

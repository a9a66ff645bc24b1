/* SPDX-License-Identifier: MIT */
/* The engine's build stream from any bytes: the events are the same however the bytes are cut. */
#include "core/formats/buildkit_status.h"
#include "tests/fuzz/fuzz.h"

static rd_code note(void *arg, const rd_step_event *ev, rd_err *err RD_UNUSED)
{
	rd_str *out = arg;

	FUZZ_CHECK(ev->kind < RD_STEP_MAX_ && ev->id && ev->at_us >= 0);
	FUZZ_CHECK(ev->kind != RD_STEP_DECLARE || ev->name);
	rd_str_printf(out, "%d %s %s %s %lld %d ", (int)ev->kind, ev->id, rd_or_empty(ev->name),
		rd_or_empty(ev->error), (long long)ev->at_us, ev->cached);
	if (ev->n && ev->kind != RD_STEP_GAP)
		rd_str_putn(out, ev->bytes, ev->n);
	rd_str_putc(out, '\n');
	return RD_OK;
}

/* Decodes in pieces of at most `piece` bytes; what it told goes to out. */
static void decode(const char *bytes, size_t n, size_t piece, rd_str *out)
{
	const rd_build_outcome *outcome = NULL;
	rd_build_stream *stream = NULL;
	rd_err err = {0};
	rd_code code = rd_build_stream_new(note, out, &stream, &err);

	for (size_t at = 0; !code && at < n; at += piece)
		code = rd_build_stream_push(stream, bytes + at, n - at < piece ? n - at : piece,
			&err);
	if (!code)
		code = rd_build_stream_end(stream, &outcome, &err);
	FUZZ_CHECK(!code || err.msg[0]);
	rd_str_printf(out, "%d %s %s\n", (int)code, outcome ? outcome->image_id : "",
		outcome ? rd_or_empty(outcome->error) : "");
	rd_build_stream_free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	RD_STR_AUTO rd_str cut = RD_STR_INIT(0);

	decode((const char *)bytes, n, n + 1, &whole);
	decode((const char *)bytes, n, 1 + n % 7, &cut);
	FUZZ_CHECK(whole.len == cut.len && !memcmp(rd_str_get(&whole), rd_str_get(&cut), cut.len));
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"Cm8KR3NoYTI1NjpjZDJlYjViZmFk"
		"NGFkZTVlMWQwNDVlMDg4NzQyYzkxODUwN2Q2MWZhYTgxNTkwNGIzOWMwMmVmODllMDdhZj"
		"kyGiRbaW50ZXJuYWxdIGxvYWQgcmVtb3RlIGJ1aWxkIGNvbnRleHQ=\"}"
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"CosBCkdzaGEyNTY6Y2QyZWI1YmZh"
		"ZDRhZGU1ZTFkMDQ1ZTA4ODc0MmM5MTg1MDdkNjFmYWE4MTU5MDRiMzljMDJlZjg5ZTA3YW"
		"Y5MhokW2ludGVybmFsXSBsb2FkIHJlbW90ZSBidWlsZCBjb250ZXh0KgwImMCD2AYQ/ZGM"
		"vQMyDAiYwIPYBhCgtKO+Aw==\"}"
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"CrwBCkdzaGEyNTY6OGFhMTNiM2U1"
		"ZGQ4MGQ3OTZmODllMzcwMmU5Y2FiZTRiNzA1NDhkMGRlMWUyNDg3Y2U5ODUzNzJiNzBkNT"
		"FlMBJHc2hhMjU2OjAxZTEzNDE1ODZhMTdiNGQ1NTdmZDhkYmJkMzRkOWZmNTRlNzY5ZDg4"
		"MmRjN2JkNjI0MjdjNGFiOTJhODA0NzMaHFsyLzJdIFJVTiBlY2hvIGJlZm9yZTsgZmFsc2"
		"UqCgiZwIPYBhC7vTk=\"}"
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"GmEKR3NoYTI1Njo4YWExM2IzZTVk"
		"ZDgwZDc5NmY4OWUzNzAyZTljYWJlNGI3MDU0OGQwZGUxZTI0ODdjZTk4NTM3MmI3MGQ1MW"
		"UwEgsImcCD2AYQyufVWRgBIgdiZWZvcmUK\"}"
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"CpACCkdzaGEyNTY6OGFhMTNiM2U1"
		"ZGQ4MGQ3OTZmODllMzcwMmU5Y2FiZTRiNzA1NDhkMGRlMWUyNDg3Y2U5ODUzNzJiNzBkNT"
		"FlMBJHc2hhMjU2OjAxZTEzNDE1ODZhMTdiNGQ1NTdmZDhkYmJkMzRkOWZmNTRlNzY5ZDg4"
		"MmRjN2JkNjI0MjdjNGFiOTJhODA0NzMaHFsyLzJdIFJVTiBlY2hvIGJlZm9yZTsgZmFsc2"
		"UqCgiZwIPYBhC7vTkyCwiZwIPYBhCGhuReOkVleGVjdXRvciBmYWlsZWQgcnVubmluZyBb"
		"L2Jpbi9zaCAtYyBlY2hvIGJlZm9yZTsgZmFsc2VdOiBleGl0IGNvZGU6IDE=\"}"
		"{\"errorDetail\":{\"message\":\"exit code: 3\"},\"error\":\"exit code:"
		" 3\"}",
		"{\"stream\":\"Step 1/2 : FROM busybox\"}"
		"{\"stream\":\"\\n\"}"
		"{\"stream\":\" ---\\u003e 1a2b\\n\"}"
		"{\"stream\":\"Step 2/2 : RUN x\"}"
		"{\"stream\":\"\\n\"}"
		"{\"stream\":\" ---\\u003e Using cache\\n\"}"
		"{\"aux\":{\"ID\":\"sha256:00\"}}"
		"{\"status\":\"Pushing\",\"progressDetail\":{\"current\":5,\"total\":9}"
		",\"id\":\"a1\"}",
		"{\"stream\":\"[1/2] STEP 1/2: FROM scratch\\n\"}"
		"{\"stream\":\"STEP 2/2: RUN y\\n\"}"
		"{\"stream\":\"--\\u003e Using cache ab\\n\"}"
		"{\"errorDetail\":{\"message\":\"no\\nway\"}}",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

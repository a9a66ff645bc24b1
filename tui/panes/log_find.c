/* SPDX-License-Identifier: MIT */
/* Searching in a log pane. */
#include "tui/panes/log_find.h"

#include "core/base/clock.h"
#include "tui/widgets/words.h"

#define SLICE_LINES 2000

void rd_log_find_begin(rd_log_find *f)
{
	f->is_typing = true;
	rd_field_set(&f->field, "");
	f->trouble[0] = '\0';
}

void rd_log_find_restart(rd_log_find *f)
{
	f->direction = 0;
	f->has_hit = f->is_missing = f->is_wrapped = f->is_off_end = false;
	f->counted = f->n_hits = 0;
	rd_vec_done(&f->hits);
	rd_vec_init(&f->hits, sizeof(uint64_t));
}

void rd_log_find_pattern(rd_log_find *f, const char *pattern)
{
	rd_err err;

	rd_log_find_restart(f);
	f->search = rd_log_search_free(f->search);
	rd_log_search_new(pattern, &f->search, &err);
}

void rd_log_find_clear(rd_log_find *f)
{
	rd_log_find_restart(f);
	f->search = rd_log_search_free(f->search);
	f->is_typing = false;
	f->trouble[0] = '\0';
	rd_field_set(&f->field, "");
}

void rd_log_find_done(rd_log_find *f)
{
	rd_log_find_clear(f);
	rd_vec_done(&f->hits);
	rd_field_done(&f->field);
}

bool rd_log_find_is_open(const rd_log_find *f)
{
	return f->is_typing || f->search;
}

void rd_log_find_changed(rd_log_find *f, uint64_t from)
{
	rd_err err = {0};

	rd_log_find_restart(f);
	f->search = rd_log_search_free(f->search);
	f->trouble[0] = '\0';
	if (!f->field.text.len)
		return;
	if (rd_log_search_new(rd_field_get(&f->field), &f->search, &err))
		snprintf(f->trouble, sizeof f->trouble, "%.*s", (int)sizeof f->trouble - 1,
			err.msg);
	else
		rd_log_find_seek(f, from, 1);
}

void rd_log_find_seek(rd_log_find *f, uint64_t from, int direction)
{
	if (!f->search)
		return;
	f->direction = direction;
	f->next = f->from = from;
	if (direction < 0 && from == UINT64_MAX)
		f->from = 0; /* before the first line: round the end, all lines are to be seen */
	f->is_wrapped = f->is_missing = false;
}

/* Index of the first hit at or behind a line. */
static size_t hit_from(const rd_log_find *f, uint64_t line)
{
	const uint64_t *hits = f->hits.data;
	size_t low = 0, high = f->hits.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (hits[mid] < line)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool rd_log_find_in(const rd_log_find *f, uint64_t from, uint64_t to)
{
	size_t at = hit_from(f, from);

	return at < f->hits.len && *(const uint64_t *)rd_vec_at(&f->hits, at) < to;
}

bool rd_log_find_has(const rd_log_find *f, uint64_t line)
{
	return rd_log_find_in(f, line, line + 1);
}

/* Whether the hits are known of all lines that were counted. */
static bool has_all_counted(const rd_log_find *f)
{
	return !f->is_quiet && f->hits.len == f->n_hits;
}

/* Once all hits are known, the next one is looked up. */
static void seek_known(rd_log_find *f, bool *ret_moved)
{
	const uint64_t *hits = f->hits.data;
	bool is_back = f->direction < 0;
	size_t n = f->hits.len, at;

	f->direction = 0;
	f->is_missing = !n;
	if (!n)
		return;
	at = hit_from(f, f->next);
	if (is_back && (at == n || hits[at] > f->next))
		at = at ? at - 1 : n;
	/* before the first line, and behind the last one, it goes on at the other end */
	f->is_wrapped |= at == n || (is_back && f->next == UINT64_MAX);
	if (at == n)
		at = is_back ? n - 1 : 0;
	f->hit = hits[at];
	f->has_hit = *ret_moved = true;
}

void rd_log_find_renumber(rd_log_find *f, uint64_t by)
{
	f->hit += by;
	f->next += by; /* from before the first line it comes to the one before these */
	f->from += by;
}

void rd_log_find_leave_end(rd_log_find *f)
{
	f->has_hit = f->is_off_end = false;
	if (!f->direction)
		return;
	f->direction = 1;
	f->is_wrapped = true;
	f->next = 0;
	f->from = UINT64_MAX;
}

/* At an end of what can be shown. */
static void turn_around(rd_log_find *f, uint64_t count, bool is_end, bool is_read)
{
	f->is_off_end = is_end && f->direction > 0;
	f->is_waiting = is_end || !is_read;
	if (f->is_waiting)
		return;
	if (f->is_wrapped || !count) {
		f->direction = 0;
		f->is_missing = true;
		return;
	}
	f->is_wrapped = true;
	f->next = f->direction > 0 ? 0 : count - 1;
}

static bool is_counted(const rd_log_find *f, uint64_t line)
{
	return f->hits.len && *(const uint64_t *)rd_vec_at(&f->hits, f->hits.len - 1) == line;
}

static void put_hit(rd_log_find *f, uint64_t line)
{
	uint64_t *slot;

	f->n_hits++;
	if (f->hits.len == RD_LOG_FIND_HITS)
		return;
	slot = rd_vec_push(&f->hits);
	if (slot)
		*slot = line;
}

/* One slice of counting. */
static rd_code count_hits(rd_log_find *f, rd_log_view *v, rd_err *err)
{
	uint64_t count = rd_log_view_count(v), stop = f->counted + SLICE_LINES, line;
	rd_code code = RD_OK;
	bool found;

	/* what was the last line may have grown since */
	if (f->counted && !is_counted(f, f->counted - 1) && f->hits.len < RD_LOG_FIND_HITS)
		f->counted--;
	while (!code && f->counted < count && f->counted < stop) {
		code = rd_log_search_next(v, f->search, f->counted, 1, SLICE_LINES, &found, &line,
			&f->counted, err);
		if (!code && found) {
			f->counted = line + 1;
			put_hit(f, line);
		}
	}
	return code;
}

/* Seeking that has come to where counting is goes on with it: each line is looked at once. */
static rd_code seek_by_counting(rd_log_find *f, rd_log_view *v, bool *ret_found, rd_err *err)
{
	size_t at = hit_from(f, f->next);
	rd_code code = RD_OK;

	if (at == f->hits.len) {
		f->next = f->counted;
		code = count_hits(f, v, err);
		at = hit_from(f, f->next);
	}
	*ret_found = at < f->hits.len;
	f->next = *ret_found ? *(const uint64_t *)rd_vec_at(&f->hits, at) : f->counted;
	if (*ret_found)
		f->hit = f->next;
	return code;
}

/* One slice of seeking. @returns RD_OK; f->direction is 0 when it is over. */
static rd_code seek(rd_log_find *f, rd_log_view *v, bool is_end, bool is_read, bool *ret_moved,
	rd_err *err)
{
	uint64_t count = rd_log_view_count(v);
	bool found = false;
	rd_code code;

	if (!is_end && is_read && f->counted >= count && has_all_counted(f)) {
		seek_known(f, ret_moved);
		return RD_OK;
	}
	if (!is_end && f->direction > 0 && f->next <= f->counted && has_all_counted(f))
		code = seek_by_counting(f, v, &found, err);
	else
		code = rd_log_search_next(v, f->search, f->next, f->direction, SLICE_LINES, &found,
			&f->hit, &f->next, err);
	if (code || found) {
		f->direction = 0;
		f->has_hit = found;
		*ret_moved = found;
		return code;
	}
	if (f->next < count && (!f->is_wrapped || (f->direction > 0) == (f->next < f->from)))
		return RD_OK;
	turn_around(f, count, is_end, is_read);
	return RD_OK;
}

rd_code rd_log_find_work(rd_log_find *f, rd_log_view *v, rd_log_view *whole, bool is_read,
	int64_t stop_us, bool *ret_more, bool *ret_moved, rd_err *err)
{
	rd_log_view *counted = whole ? whole : v;
	rd_code code = RD_OK;

	*ret_moved = *ret_more = f->is_waiting = false;
	while (!code && f->search && !*ret_moved && !f->is_off_end) {
		bool seeks = f->direction && !f->is_waiting;

		*ret_more = seeks || (!f->is_quiet && f->counted < rd_log_view_count(counted));
		if (!*ret_more || rd_now_us() >= stop_us)
			break;
		code = seeks ? seek(f, v, whole != NULL, is_read, ret_moved, err)
			     : count_hits(f, counted, err);
	}
	return code;
}

/* Which of the hits the current one is, from 1; 0 if that is not known. */
static size_t place_of_hit(const rd_log_find *f)
{
	size_t at = f->has_hit ? hit_from(f, f->hit) : f->hits.len;

	return at < f->hits.len && *(const uint64_t *)rd_vec_at(&f->hits, at) == f->hit ? at + 1
											: 0;
}

/* Lines that seeking has looked at. */
static uint64_t looked_at(const rd_log_find *f, uint64_t count)
{
	uint64_t n = f->direction > 0 ? f->next - f->from : f->from - f->next;

	return f->is_wrapped ? count + n : n;
}

static void describe(const rd_log_find *f, uint64_t count, char *buf, size_t cap)
{
	size_t place = place_of_hit(f);
	char total[32], which[32] = "";

	rd_words_count(f->n_hits, total, sizeof total);
	if (place)
		rd_words_count(place, which, sizeof which);
	if (f->trouble[0])
		snprintf(buf, cap, "not a pattern yet");
	else if (!f->search)
		buf[0] = '\0';
	else if (f->direction)
		snprintf(buf, cap, "searching %d%%",
			count ? (int)((double)looked_at(f, count) * 100.0 / (double)count) : 0);
	else if (f->is_missing || (!f->n_hits && f->counted >= count))
		snprintf(buf, cap, "no hit");
	else if (place)
		snprintf(buf, cap, "%shit %s/%s%s", f->is_wrapped ? "around the end: " : "", which,
			total, f->counted < count ? "+" : "");
	else
		snprintf(buf, cap, "%s%s hit%s", total, f->counted < count ? "+" : "",
			f->n_hits == 1 ? "" : "s");
}

void rd_log_find_draw(const rd_log_find *f, const rd_area *line, uint64_t count)
{
	rd_style dim = rd_style_of(f->is_missing ? RD_ROLE_WARN : RD_ROLE_DIM);
	int w = line->r.w, x;
	char words[96];

	describe(f, count, words, sizeof words);
	x = rd_draw_text(line, 0, 0, rd_style_of(RD_ROLE_KEY), "/");
	rd_field_draw(&f->field, line, x, 0, w - x - (int)strlen(words) - 2, f->is_typing);
	rd_draw_right(line, w, 0, dim, words);
}

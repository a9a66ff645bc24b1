/* SPDX-License-Identifier: MIT */
/* Colours of one tier as the nearest of another. The palette of 256 is xterm's: 16 named colours, a
 * cube of 6 x 6 x 6, 24 greys. */
#include "tui/theme.h"

static const int levels[6] = {0, 95, 135, 175, 215, 255};

static const int32_t named[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
	0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
	0xffffff};

static int32_t rgb_of(int32_t index)
{
	if (index < 16)
		return named[index];
	if (index >= 232) {
		int32_t grey = 8 + 10 * (index - 232);

		return grey << 16 | grey << 8 | grey;
	}
	index -= 16;
	return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

int32_t rd_color_rgb(int32_t color)
{
	return color & RD_COLOR_RGB ? color & 0xffffff : rgb_of(color);
}

static int distance(int32_t a, int32_t b)
{
	int red = (a >> 16 & 255) - (b >> 16 & 255);
	int green = (a >> 8 & 255) - (b >> 8 & 255);
	int blue = (a & 255) - (b & 255);

	/* the eye sees green best and blue least */
	return 3 * red * red + 6 * green * green + blue * blue;
}

static int32_t nearest(int32_t rgb, int32_t from, int32_t to)
{
	int32_t best = from;

	for (int32_t i = from + 1; i < to; i++)
		if (distance(rgb, rgb_of(i)) < distance(rgb, rgb_of(best)))
			best = i;
	return best;
}

int32_t rd_tier_color(rd_tier tier, int32_t color)
{
	bool is_rgb = color >= 0 && (color & RD_COLOR_RGB);
	int32_t rgb = color & 0xffffff;

	if (color == RD_COLOR_DEFAULT || tier == RD_TIER_MONO)
		return RD_COLOR_DEFAULT;
	if (tier == RD_TIER_RGB) /* indexes above 7 are no colours where colours are direct */
		return is_rgb || color < 8 ? color : (RD_COLOR_RGB | rgb_of(color));
	if (tier == RD_TIER_256)
		return is_rgb ? nearest(rgb, 16, 256) : color;
	if (is_rgb || color >= 16)
		color = nearest(is_rgb ? rgb : rgb_of(color), 0, 16);
	if (tier == RD_TIER_8 && color >= 8) /* grey would become black, which may be the ground */
		return color == 8 ? RD_COLOR_DEFAULT : color - 8;
	return color;
}

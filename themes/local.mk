# SPDX-License-Identifier: MIT
# configure links them into the build folder (AC_CONFIG_LINKS): a binary finds themes beside itself.
dist_theme_DATA += themes/blue-orange.yml themes/dracula.yml themes/gruvbox-dark.yml \
	themes/gruvbox-light.yml themes/high-contrast.yml themes/mono.yml themes/paper-light.yml \
	themes/slate-dark.yml

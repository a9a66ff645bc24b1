/* SPDX-License-Identifier: MIT */
/* The nodes behind yaml.h; only for yaml.c and yaml_node.c. */
#ifndef RD_CORE_FORMATS_YAML_NODE_H
#define RD_CORE_FORMATS_YAML_NODE_H

#include "core/base/vec.h"
#include "core/formats/yaml.h"

struct rd_yaml_node {
	rd_yaml_kind kind; /* never RD_YAML_NULL: that is told by the text */
	rd_yaml_style style;
	bool is_flow, in_flow;
	rd_yaml_mark mark;
	char *text;   /* of a scalar */
	rd_vec items; /* rd_yaml_node *: elements, or key, value, key, value … */
	int expanded; /* nodes that it stands for, aliases followed; at most twice the cap */
	int height;   /* levels that it stands for; 1 for a scalar */
};

struct rd_yaml {
	rd_yaml_node *root;
	rd_vec nodes; /* rd_yaml_node *: each node once */
};

#endif

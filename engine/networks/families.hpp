// The list of network families. Each family is defined, under its name here, in a file of its own.
#pragma once

// Order: most specific first, because a family's variables may contain the marker of a later one.
#define NST_TRANSFORMERS(family) family(separable_transformer) family(full_transformer)

#define NST_PREDICTORS(family) family(inception_v3) family(mobilenet_v2)

// The list of all network families. Each family is defined, with its name from this list, in a file
// of its own.
#pragma once

// The order matters: a family whose variables may contain the marker of another family must come
// before it.
#define NST_TRANSFORMERS(family) family(separable_transformer) family(full_transformer)

#define NST_PREDICTORS(family) family(inception_v3) family(mobilenet_v2)

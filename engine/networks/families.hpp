// The list of network families. Each is defined, under this name, in a file of its own.
#pragma once

// Most particular first: a family's variables may include those that mark one after it.
#define NST_TRANSFORMERS(family) family(separable_transformer) family(full_transformer)

#define NST_PREDICTORS(family) family(inception_v3) family(mobilenet_v2)

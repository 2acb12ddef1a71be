// The list of all network families. Each family is defined, with its name from this list, in a file
// of its own.
#pragma once

// The order of the transformers matters. A source of weights belongs to the first family whose
// marker, a part of variable names, occurs in it. If the variables of family A may contain the
// marker of family B, A must come before B.
#define NST_TRANSFORMERS(family) family(separable_transformer) family(full_transformer)

#define NST_PREDICTORS(family) family(inception_v3) family(mobilenet_v2)

/* What the core exports, under names of its own: linkwright.h's are the host's. */
#pragma once
#include "names.h"
/**/
#include "../../build/include/linkwright.h"
#undef lw_open
#undef lw_context
#undef lw_close
#undef lw_retain
#undef lw_next
#undef lw_patch

#pragma once
#include <sys/prctl.h>

// prctl is variadic, and Swift can't call that.

static inline int imprimatur_set_dumpable(unsigned long dumpable) { return prctl(PR_SET_DUMPABLE, dumpable, 0UL, 0UL, 0UL); }

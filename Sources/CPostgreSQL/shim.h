#pragma once
#include <libpq-fe.h>

// Macros of characters, which Swift does not import. The severity is in English, whatever language the server speaks.
static const int imprimatur_pg_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int imprimatur_pg_sqlstate = PG_DIAG_SQLSTATE;

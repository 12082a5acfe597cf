// Catch2's main and implementation, compiled once (10 s): everything else only includes its header.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

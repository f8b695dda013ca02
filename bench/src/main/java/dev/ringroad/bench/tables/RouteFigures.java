package dev.ringroad.bench.tables;

/** What an operation on a table of routes takes, in nanoseconds. */
record RouteFigures(double add, double single, double bulk) {}

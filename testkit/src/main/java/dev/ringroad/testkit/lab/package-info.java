/**
 * Real programs around a stack: child processes, network namespaces, and what a lab needs to run.
 */
@NullMarked
package dev.ringroad.testkit.lab;

import org.jspecify.annotations.NullMarked;

/**
 * QEMU's device models, driven from here without a guest: registers over QEMU's test socket, memory
 * shared.
 */
@NullMarked
package dev.ringroad.testkit.qemu;

import org.jspecify.annotations.NullMarked;

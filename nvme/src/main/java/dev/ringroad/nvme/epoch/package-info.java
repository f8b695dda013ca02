/** Epochs: when nobody can be at work any more on what he saw before a change. */
@NullMarked
package dev.ringroad.nvme.epoch;

import org.jspecify.annotations.NullMarked;

/**
 * What channels and sockets share: which addresses are ours, options, errors, user-space endpoints
 * as callers see them.
 */
@NullMarked
package dev.ringroad.sockets.bypass;

import org.jspecify.annotations.NullMarked;

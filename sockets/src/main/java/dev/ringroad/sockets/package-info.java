/** Providers of java.net and java.nio over the user-space stack. */
@NullMarked
package dev.ringroad.sockets;

import org.jspecify.annotations.NullMarked;

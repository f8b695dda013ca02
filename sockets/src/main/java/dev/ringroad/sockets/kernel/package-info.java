/** The JDK's own sockets, reached without going through the installed provider and factories. */
@NullMarked
package dev.ringroad.sockets.kernel;

import org.jspecify.annotations.NullMarked;

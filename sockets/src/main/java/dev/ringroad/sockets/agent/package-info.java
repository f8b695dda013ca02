/** The agent that installs the providers. */
@NullMarked
package dev.ringroad.sockets.agent;

import org.jspecify.annotations.NullMarked;

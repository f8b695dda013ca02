/** Header codecs and checksums; knows nothing above it. */
@NullMarked
package dev.ringroad.net.wire;

import org.jspecify.annotations.NullMarked;

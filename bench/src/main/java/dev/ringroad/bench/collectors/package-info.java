/** What each of the JVM's collectors costs the packet plane. */
@NullMarked
package dev.ringroad.bench.collectors;

import org.jspecify.annotations.NullMarked;

/** Two devices in one process, joined by rings: what one transmits the other receives. */
@NullMarked
package dev.ringroad.net.driver.pair;

import org.jspecify.annotations.NullMarked;

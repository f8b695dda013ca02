/** TAP: frames exchanged with the kernel's network stack over one descriptor. */
@NullMarked
package dev.ringroad.net.driver.tap;

import org.jspecify.annotations.NullMarked;

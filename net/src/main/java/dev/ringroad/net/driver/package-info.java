/** Opens the driver that a spec asks for; each driver has a package of its own below. */
@NullMarked
package dev.ringroad.net.driver;

import org.jspecify.annotations.NullMarked;
